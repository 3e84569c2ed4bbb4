import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_MODE, TEMPORARY_SUFFIX } from '../../segments/durable-file.js';

/** What `state/temporal.json` remembers of the server that was started last. */
export interface ServerRecord {
  readonly pid: number;
  /** The process that started it and looks after it. */
  readonly ownerPid: number;
  /** Kept from one start to the next, so that the address stays the same. */
  readonly port: number;
  /** Of the server that has the database; absent where its binary does not say. */
  readonly version?: string | undefined;
}

/** The server started last in this state folder; undefined if there was none. */
export function readRecord(stateDir: string): ServerRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(recordPath(stateDir), 'utf8')) as Partial<ServerRecord>;
    const { pid, ownerPid, port } = record;
    return Number.isInteger(pid) && Number.isInteger(ownerPid) && Number.isInteger(port)
      ? (record as ServerRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers the server started last; a process killed meanwhile leaves the record before or this one. */
export function writeRecord(stateDir: string, record: ServerRecord): void {
  const path = recordPath(stateDir);
  // Neither synced nor awaited: it serves those who ask this server while it runs.
  const temporary = `${path}.${process.pid}${TEMPORARY_SUFFIX}`;
  writeFileSync(temporary, `${JSON.stringify(record)}\n`, { mode: FILE_MODE });
  renameSync(temporary, path);
}

function recordPath(stateDir: string): string {
  return join(stateDir, 'temporal.json');
}
