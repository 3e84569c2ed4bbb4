// Starting and ending processes of the cluster test.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

export const run = promisify(execFile);

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. */
export function postgresUser() {
  if (process.getuid() !== 0) return {};
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Starts a program whose output goes to a file. */
export function start(command, args, { log, ...options }) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const file = createWriteStream(log, { flags: 'a' });
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  return {
    /** The most it ever had, as Linux tells it; undefined elsewhere and after its end. */
    peakMemory() {
      const status = `/proc/${child.pid}/status`;
      return existsSync(status)
        ? /VmHWM:\s*(.+)/.exec(readFileSync(status, 'utf8'))?.[1]
        : undefined;
    },
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        const exit = once(child, 'exit');
        child.kill(signal);
        await exit;
      }
      return child.exitCode;
    },
  };
}

/**
 * Free ports of 127.0.0.1, all different, below 32,768: Temporal keeps the ports of its services in a column of
 * two bytes with a sign.
 */
export async function freePorts(count) {
  const found = new Set();
  while (found.size < count) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

async function isFree(port) {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** Ends a wait at once. */
export class Fatal extends Error {}

/**
 * Looks again until `look` returns something true; raises an Error after `limitMs`. A look that takes long has
 * to be seldom: this process is the simulated receiver too.
 */
export async function until(what, limitMs, look, everyMs = 250) {
  const endMs = Date.now() + limitMs;
  let last;
  while (Date.now() < endMs) {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      if (error instanceof Fatal) throw error;
      last = error;
    }
    await delay(everyMs);
  }
  throw new Error(`waited ${limitMs / 1000} s for ${what} in vain`, { cause: last });
}
