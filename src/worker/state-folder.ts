import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { tryLock } from 'fs-native-extensions';
import type { Logger } from 'pino';
import { CollectorError } from '../errors/collector-error.js';

/** A collector that was killed leaves a server behind, which gets 5 s to end; a slow machine gets more. */
const WAIT_MS = 30_000;
const LOOK_EVERY_MS = 50;

/** A state folder that this process alone works in. */
export interface StateFolder {
  /** Of the locked file: whoever has it open keeps the folder, however this process ends. */
  readonly lockFd: number;
}

/** Who has a folder, as its lock file says. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/**
 * Makes the folder where it is missing and takes it for this process until its end; the lock holds across containers. One left by a process that has ended is waited for while its server ends.
 * Raises `STATE_FOLDER_IN_USE` and `STATE_FOLDER_UNUSABLE`.
 */
export async function claimStateFolder(
  folder: string,
  { log, waitMs = WAIT_MS }: { readonly log: Logger; readonly waitMs?: number },
): Promise<StateFolder> {
  const lockFd = openLock(folder);
  try {
    const endMs = Date.now() + waitMs;
    for (let told = false; !locks(lockFd, folder); told = true) {
      const holder = readHolder(folder);
      if (Date.now() >= endMs || isAtWork(holder)) throw inUse(folder, holder);
      if (!told) log.warn({ folder, holder }, 'State folder still in use; waiting for its end');
      await delay(LOOK_EVERY_MS);
    }
    const holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
    ftruncateSync(lockFd);
    writeSync(lockFd, `${JSON.stringify(holder)}\n`, 0);
  } catch (error) {
    closeSync(lockFd);
    throw error instanceof CollectorError ? error : unusable(folder, error);
  }
  return { lockFd };
}

/**
 * Raises `STATE_FOLDER_UNUSABLE` where the folder, or one that is yet to be made, would take no file. Leaves nothing
 * behind, for whoever asks may be another user than the one that collects.
 */
export function requireUsable(folder: string): void {
  try {
    if (existsSync(lockPath(folder))) accessSync(lockPath(folder), constants.R_OK | constants.W_OK);
    let existing = resolve(folder);
    while (!existsSync(existing)) existing = dirname(existing);
    rmdirSync(mkdtempSync(join(existing, '.writable-')));
  } catch (error) {
    throw unusable(folder, error);
  }
}

function openLock(folder: string): number {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return openSync(lockPath(folder), 'a+', 0o600);
  } catch (error) {
    throw unusable(folder, error);
  }
}

function locks(fd: number, folder: string): boolean {
  try {
    return tryLock(fd);
  } catch (error) {
    throw unusable(folder, error);
  }
}

/** A process of this host that lives will not go; of another host's nobody here knows. */
function isAtWork(holder: Holder | undefined): boolean {
  if (holder?.host !== hostname() || holder.pid === process.pid) return false;
  try {
    return process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readHolder(folder: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(lockPath(folder), 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function inUse(folder: string, holder: Holder | undefined): CollectorError {
  const { pid = 'unknown', host = 'unknown', since = 'unknown' } = holder ?? {};
  return new CollectorError(
    'STATE_FOLDER_IN_USE',
    `found ${folder} in use by process ${pid} on host ${host} since ${since}, expected a folder of this collector's own; stop the other one, or give each its own folder`,
    { retry: 'later' },
  );
}

function unusable(folder: string, error: unknown): CollectorError {
  const { code = 'unknown cause' } = error as NodeJS.ErrnoException;
  const uid = process.getuid?.() ?? 'unknown';
  const owner = ownerOf(folder);
  const whose = owner === undefined ? '' : `, which belongs to user ${owner},`;
  const remedy = code === 'EACCES' || code === 'EPERM' ? `; chown -R ${uid} ${folder}` : '';
  return new CollectorError(
    'STATE_FOLDER_UNUSABLE',
    `found that user ${uid} cannot write to ${folder}${whose} (${code}), expected a folder of this user on a local disk with room${remedy}`,
    { retry: 'never', cause: error },
  );
}

function ownerOf(folder: string): number | undefined {
  try {
    return statSync(folder).uid;
  } catch {
    return undefined;
  }
}

function lockPath(folder: string): string {
  return join(resolve(folder), 'lock');
}
