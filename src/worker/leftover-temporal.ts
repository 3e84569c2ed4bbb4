import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CollectorError } from '../errors/collector-error.js';
import { FILE_MODE, TEMPORARY_SUFFIX } from '../segments/durable-file.js';

/** How long a server gets to end by itself before it is killed. */
export const STOP_GRACE_MS = 5_000;
const LOOK_AGAIN_MS = 50;

/** What `state/temporal.json` remembers of the server that was started last. */
export interface TemporalRecord {
  readonly pid: number;
  /** The process that started it and looks after it. */
  readonly ownerPid: number;
  /** Kept from one start to the next, so that the address stays the same. */
  readonly port: number;
}

/** The server started last in this state folder; undefined if there was none. */
export function readRecord(stateDir: string): TemporalRecord | undefined {
  try {
    const record = JSON.parse(
      readFileSync(recordPath(stateDir), 'utf8'),
    ) as Partial<TemporalRecord>;
    const { pid, ownerPid, port } = record;
    return Number.isInteger(pid) && Number.isInteger(ownerPid) && Number.isInteger(port)
      ? (record as TemporalRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers the server started last; a process killed meanwhile leaves the record before or this one. */
export function writeRecord(stateDir: string, record: TemporalRecord): void {
  const path = recordPath(stateDir);
  // Neither synced nor awaited: the server outlives a kill, not a power cut, and is unknown until this is done.
  const temporary = `${path}.${process.pid}${TEMPORARY_SUFFIX}`;
  writeFileSync(temporary, `${JSON.stringify(record)}\n`, { mode: FILE_MODE });
  renameSync(temporary, path);
}

/**
 * Ends a server that outlived its collector (which was killed): two on one SQLite file block each other.
 * Throws `TEMPORAL_START_FAILED` when the collector that owns it still lives.
 */
export async function stopLeftover(record: TemporalRecord, dbPath: string): Promise<void> {
  const parentPid = parentOfServer(record.pid, dbPath);
  if (parentPid === undefined) return;
  // An orphan is handed to another parent, so this one has not lost its owner.
  if (parentPid === record.ownerPid) {
    throw new CollectorError(
      'TEMPORAL_START_FAILED',
      `process ${record.ownerPid} already runs Temporal on ${dbPath}; stop that collector first, or give this one another state folder`,
      { retry: 'never' },
    );
  }
  const isGone = (): boolean => parentOfServer(record.pid, dbPath) === undefined;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    // This process may have been paused since its last look, and the number may be another program's by now.
    if (isGone() || !sendSignal(record.pid, signal)) return;
    const endMs = Date.now() + STOP_GRACE_MS;
    while (Date.now() < endMs) {
      if (isGone()) return;
      await delay(LOOK_AGAIN_MS);
    }
  }
  if (isGone()) return;
  throw new CollectorError(
    'TEMPORAL_START_FAILED',
    `process ${record.pid}, left over from a collector that was killed, holds ${dbPath} and does not end; end it by hand`,
    { retry: 'never' },
  );
}

/** False: there is no such process. */
function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** The parent of process `pid` if that is a Temporal server on `dbPath`; a number taken by another program is not. */
function parentOfServer(pid: number, dbPath: string): number | undefined {
  try {
    const { parentPid, command } = process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
    return command.includes('start-dev') && command.includes(dbPath) ? parentPid : undefined;
  } catch {
    return undefined;
  }
}

function fromProc(pid: number): { parentPid: number; command: string } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // After the name, which may hold spaces and brackets itself: state, parent.
  const parentPid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  return { parentPid, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') };
}

function fromPs(pid: number): { parentPid: number; command: string } {
  const line = execFileSync('ps', ['-ww', '-o', 'ppid=,command=', '-p', String(pid)], {
    encoding: 'utf8',
  });
  return { parentPid: Number.parseInt(line, 10), command: line };
}

function recordPath(stateDir: string): string {
  return join(stateDir, 'temporal.json');
}
