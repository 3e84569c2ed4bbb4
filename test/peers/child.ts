import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program of this machine that takes connections. */
export interface Peer {
  readonly port: number;
  stop(): Promise<void>;
}

export interface PeerProgram {
  readonly command: string;
  /** Libraries that are not where the system looks. */
  readonly libraries?: string;
  /** Its arguments, and the files of its folder by name, to listen on a port. */
  readonly setup: (
    folder: string,
    port: number,
  ) => { readonly args: readonly string[]; readonly files: Readonly<Record<string, string>> };
}

/** Ports that the system hands out to nobody by itself. */
const PORTS = { first: 20_000, count: 10_000 };
const START_MS = 60_000;

/** Debian keeps servers in `sbin`, which is not on everybody's path. */
const ENV = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin` };

/** Whether a program can be started here. */
export function isInstalled(command: string, ...args: readonly string[]): boolean {
  const { error } = spawnSync(command, args, { env: ENV, stdio: 'ignore' });
  return error === undefined;
}

/**
 * Starts a program and waits until it takes connections; another port where somebody has this one, unless it has to be
 * this one.
 */
export async function startPeer(
  { command, libraries, setup }: PeerProgram,
  samePort?: number,
): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'peer-'));
  const deadlineMs = Date.now() + START_MS;
  let said = '';
  while (Date.now() < deadlineMs) {
    const port = samePort ?? PORTS.first + Math.floor(Math.random() * PORTS.count);
    const { args, files } = setup(folder, port);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const child = spawn(command, args, {
      env: libraries === undefined ? ENV : { ...ENV, LD_LIBRARY_PATH: libraries },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const gone = once(child, 'exit');
    said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    while (child.exitCode === null && Date.now() < deadlineMs) {
      if (await takes(port)) {
        return {
          port,
          async stop() {
            child.kill('SIGKILL');
            await gone;
            rmSync(folder, { recursive: true, force: true });
          },
        };
      }
      await sleep(50);
    }
    if (child.exitCode === null) child.kill('SIGKILL');
    await gone;
  }
  throw new Error(`${command} takes no connection: ${said}`);
}

async function takes(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
