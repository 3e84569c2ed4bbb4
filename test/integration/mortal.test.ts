import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRecord } from '../../src/worker/temporal/server-record.js';
import { startCli, startOnTerminal, untilPrinted } from './cli-process.js';
import { openPlace } from './collecting.js';
import type { Place } from './collecting.js';
import { startUp } from './collector-process.js';

const hasTerminals = spawnSync('script', ['--version']).status === 0;
/** Both ways to end a collector without a word to it. */
const ENDS = [
  { end: 'kill -9', start: startCli },
  ...(hasTerminals ? [{ end: 'the closing of its terminal', start: startOnTerminal }] : []),
];

let place: Place;
let temporary: string;
beforeEach(async () => {
  place = await openPlace({ incidents: 1 });
  temporary = mkdtempSync(join(tmpdir(), 'mortal-'));
});
const running: { end?: (signal: 'SIGKILL') => unknown; stop?: () => unknown }[] = [];
/** Has it ended with the test in any case. */
function kept<Started extends (typeof running)[number]>(started: Started): Started {
  running.push(started);
  return started;
}
afterEach(async () => {
  for (const { end, stop } of running.splice(0)) await (end?.('SIGKILL') ?? stop?.());
  await place.close();
  rmSync(temporary, { recursive: true, force: true });
});

/** Whether a process runs; one that has ended and waits for its parent to notice has no command line any more. */
function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

function serverIn(folder: string): number {
  const record = readRecord(join(folder, 'state'));
  if (record === undefined) throw new Error(`found no record of a server in ${folder}`);
  return record.pid;
}

async function untilGone(what: () => boolean): Promise<void> {
  while (what()) await delay(50);
}

describe.each(ENDS)('$end', ({ start }) => {
  it('of `up` ends its server too, and the next start goes on', async () => {
    const { folder, simulator } = place;
    const up = kept(start(['up', '--config', simulator.configFile]));
    // The line of a log, or the banner of a terminal.
    await untilPrinted(up, /Collector running|collecting.*streams/);
    const server = serverIn(folder);
    expect(isAlive(server)).toBe(true);
    await up.end('SIGKILL');
    await untilGone(() => isAlive(server));
    const next = kept(startUp(simulator.configFile));
    await untilPrinted(next, /Collector running/);
    expect(await next.stop()).toBe(0);
  });

  it('of `demo` leaves neither its server nor its folder', async () => {
    const demo = kept(start(['demo'], { TMPDIR: temporary }));
    await untilPrinted(demo, /produced/);
    const [name = ''] = readdirSync(temporary);
    const server = serverIn(join(temporary, name));
    expect(isAlive(server)).toBe(true);
    await demo.end('SIGKILL');
    await untilGone(() => isAlive(server) || readdirSync(temporary).length > 0);
  });
});

it('a second collector on the same state folder ends with a clear word, and the first works on', async () => {
  const { folder, simulator } = place;
  const first = kept(startUp(simulator.configFile));
  await untilPrinted(first, /Collector running/);
  const second = kept(startUp(simulator.configFile));
  const [line] = await untilPrinted(second, /^error STATE_FOLDER_IN_USE.*$/m);
  expect(line).toContain(`${join(folder, 'state')} in use by process ${first.pid} `);
  expect(await second.stop()).toBe(1);
  expect(first.hasEnded()).toBe(false);
  expect(await first.stop()).toBe(0);
});

it('a start right after kill -9 waits for the server left behind', async () => {
  const { simulator } = place;
  const first = kept(startUp(simulator.configFile));
  await untilPrinted(first, /Collector running/);
  await first.killWorker();
  const second = kept(startUp(simulator.configFile));
  await untilPrinted(second, /Collector running/);
  expect(await second.stop()).toBe(0);
});
