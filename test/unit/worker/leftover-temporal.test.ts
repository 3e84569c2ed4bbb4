import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as timers from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  readRecord,
  STOP_GRACE_MS,
  stopLeftover,
  writeRecord,
} from '../../../src/worker/leftover-temporal.js';

/** What happens while `stopLeftover` waits between two looks, where not just time passes. */
let meanwhile: (() => Promise<void>) | undefined;
vi.mock('node:timers/promises', async (importActual) => {
  const actual = await importActual<typeof timers>();
  return { ...actual, setTimeout: (ms: number) => meanwhile?.() ?? actual.setTimeout(ms) };
});

let stateDir: string;
let dbPath: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'leftover-temporal-'));
  dbPath = join(stateDir, 'temporal.sqlite');
});
afterEach(() => {
  meanwhile = undefined;
  vi.restoreAllMocks();
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(stateDir, { recursive: true });
});

/** A process that looks like a server on `dbPath`, once it runs; told to end, it does what the shell is told here. */
async function serverThat(onSigterm: string): Promise<{ child: ChildProcess; pid: number }> {
  const script = `trap '${onSigterm}' TERM; echo runs; while :; do sleep 0.05; done`;
  const arguments_ = ['-c', script, 'start-dev', '--db-filename', dbPath];
  const child = spawn('/bin/sh', arguments_, { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  await once(child.stdout, 'data');
  return { child, pid: child.pid ?? 0 };
}

/** Lets this process be paused past the grace in its next waits, in each until something has come about. */
function pausedUntil(...untils: (() => Promise<unknown>)[]): void {
  const [until, ...later] = untils;
  meanwhile =
    until &&
    (async () => {
      pausedUntil(...later);
      await until();
      const laterMs = Date.now() + STOP_GRACE_MS;
      vi.spyOn(Date, 'now').mockReturnValue(laterMs);
    });
}

const atOnce = (): Promise<void> => Promise.resolve();

/** This process is the parent of the servers here; none of them is a collector's. */
const stop = (pid: number): Promise<void> =>
  stopLeftover({ pid, ownerPid: process.pid + 1, port: 1 }, dbPath);

describe('stopLeftover', () => {
  it('is done with a server that ended while this process was paused past the grace', async () => {
    const { child, pid } = await serverThat('exit');
    const exited = once(child, 'exit');
    pausedUntil(() => exited);
    const kill = vi.spyOn(process, 'kill');
    await stop(pid);
    expect(kill.mock.calls).toEqual([[pid, 'SIGTERM']]);
  });

  it('never signals another program that got the number meanwhile', async () => {
    const { child, pid } = await serverThat('exec sleep 60');
    pausedUntil(() =>
      vi.waitFor(() => {
        expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('sleep\x0060');
      }),
    );
    const kill = vi.spyOn(process, 'kill');
    await stop(pid);
    expect(kill.mock.calls).toEqual([[pid, 'SIGTERM']]);
    expect(child.exitCode ?? child.signalCode).toBeNull();
  });

  it.each([1, 2])('is done with a server that ends just before signal %i', async (nth) => {
    const { child, pid } = await serverThat('');
    const kill = vi.spyOn(process, 'kill');
    if (nth === 2) {
      kill.mockReturnValueOnce(true);
      pausedUntil(atOnce);
    }
    kill.mockImplementationOnce(() => {
      throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH' });
    });
    await stop(pid);
    expect(kill).toHaveBeenCalledTimes(nth);
    expect(child.exitCode ?? child.signalCode).toBeNull();
  });

  it('kills a server that does not end', async () => {
    const { child, pid } = await serverThat('');
    const exited = once(child, 'exit');
    pausedUntil(atOnce, () => exited);
    await stop(pid);
    expect(await exited).toEqual([null, 'SIGKILL']);
  });

  it('says so when even that does not help', async () => {
    const { pid } = await serverThat('');
    vi.spyOn(process, 'kill').mockReturnValue(true);
    pausedUntil(atOnce, atOnce);
    await expect(stop(pid)).rejects.toMatchObject({ code: 'TEMPORAL_START_FAILED' });
  });
});

describe('writeRecord', () => {
  const path = (): string => join(stateDir, 'temporal.json');

  it('replaces the record as a whole: a kill in the midst of it leaves the one before', () => {
    const before = { pid: 1, ownerPid: 2, port: 3 };
    writeRecord(stateDir, before);
    // Still holds what the file held that is now replaced, if nothing was written over it.
    const kept = join(stateDir, 'kept');
    linkSync(path(), kept);

    writeRecord(stateDir, { ...before, pid: 4 });
    expect(readRecord(stateDir)).toEqual({ ...before, pid: 4 });
    expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual(before);
  });

  it('leaves nothing else behind, and that to this user alone', () => {
    writeRecord(stateDir, { pid: 1, ownerPid: 2, port: 3 });
    expect(readdirSync(stateDir)).toEqual(['temporal.json']);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });
});
