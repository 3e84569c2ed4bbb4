import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import type { Socket } from 'node:net';

/** Of the kernel's TCP states (include/net/tcp_states.h) the one of a connection that was reset. */
const CLOSED = 7;
/** Rows of a table in one read; the kernel gives a page at a time, whatever is asked for. */
const READ_BYTES = 64 * 1024;

/**
 * What the kernel says of the bytes that were sent over a connection: the peer's kernel has all of them, some
 * are on their way, the connection is not listed any more, or this host's table cannot be read.
 */
export interface SentState {
  readonly is: 'acknowledged' | 'pending' | 'gone' | 'unreadable';
  /** Bytes that the peer's kernel has not acknowledged. */
  readonly pendingBytes: number;
}

/**
 * Makes a look at a connected socket that works after it is closed as well. Linux only: Node has no call for it,
 * the kernel's table has. Where the first look does not find the connection, the table is not the one of this
 * process' network, and no look is believed.
 */
export function sentStateReader(socket: Socket): () => Promise<SentState> {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (!localAddress || !localPort || !remoteAddress || !remotePort) {
    return () => Promise.resolve(stateOf('unreadable'));
  }
  const table = isIPv4(localAddress) ? TABLES.tcp : TABLES.tcp6;
  const row = `${endpoint(localAddress, localPort)} ${endpoint(remoteAddress, remotePort)} `;
  let listed: boolean | undefined;
  return async () => {
    const text = await table();
    const at = text?.indexOf(row) ?? -1;
    if (text !== undefined) listed ??= at !== -1;
    if (text === undefined || listed !== true) return stateOf('unreadable');
    const [state = '', queues = ''] = text.slice(at + row.length, at + row.length + 20).split(' ');
    if (at === -1 || parseInt(state, 16) === CLOSED) return stateOf('gone');
    return stateOf('pending', parseInt(queues, 16));
  };
}

/**
 * Whether the kernel still lists a connection that this end closed first (TIME_WAIT): it does up to a number of
 * them, which may be 0.
 */
export async function areEndedListed(): Promise<boolean> {
  try {
    const most = await readFile('/proc/sys/net/ipv4/tcp_max_tw_buckets', 'latin1');
    const counts = await readFile('/proc/self/net/sockstat', 'latin1');
    return Number(/^TCP:.* tw (\d+)/m.exec(counts)?.[1]) < Number(most);
  } catch {
    return false;
  }
}

/** Whether the kernel tells this process of its connections. */
export async function isTableReadable(): Promise<boolean> {
  return (await TABLES.tcp()) !== undefined;
}

function stateOf(is: SentState['is'], pendingBytes = 0): SentState {
  return { is: is === 'pending' && pendingBytes === 0 ? 'acknowledged' : is, pendingBytes };
}

// Below `self`: a /proc with `subset=pid` has nothing else.
const TABLES = { tcp: tableReader('/proc/self/net/tcp'), tcp6: tableReader('/proc/self/net/tcp6') };

/**
 * Reads a table by a descriptor that stays open, so that a process without free ones can still look. Looks that
 * are asked for while one is under way share the next one: what they ask about may be younger than that one.
 */
function tableReader(path: string): () => Promise<string | undefined> {
  let file: FileHandle | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<string | undefined> | undefined;
  const read = async () => {
    next = undefined;
    try {
      file ??= await open(path, 'r');
      return await readAll(file);
    } catch {
      return undefined;
    }
  };
  return async () => {
    if (next === undefined) last = next = last.then(read);
    return await next;
  };
}

async function readAll(file: FileHandle): Promise<string> {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let text = '';
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return text;
    text += buffer.toString('latin1', 0, bytesRead);
    at += bytesRead;
  }
}

/** The table's form: 32-bit words in the order of the machine (little-endian), then the port. */
function endpoint(address: string, port: number): string {
  const bytes = isIPv4(address) ? address.split('.').map(Number) : ipv6Bytes(address);
  let text = '';
  for (let word = 0; word < bytes.length; word += 4) {
    text += bytes
      .slice(word, word + 4)
      .reverse()
      .map(hexByte)
      .join('');
  }
  return `${text}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}

function ipv6Bytes(address: string): number[] {
  const [withoutZone = ''] = address.split('%');
  const dotted = withoutZone.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = '', b = '', c = '', d = ''] = parts.slice(0, 4).map((part) => hexByte(Number(part)));
    return `${a}${b}:${c}${d}`;
  });
  const [head = '', tail = ''] = dotted.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const middle = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...middle, ...right].flatMap((group) => {
    const value = parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

function hexByte(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}
