import { readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import type { Socket } from 'node:net';

/** Of the kernel's TCP states (include/net/tcp_states.h) those that are asked for. */
export const TCP_STATE = {
  finWait1: 4,
  finWait2: 5,
  timeWait: 6,
  close: 7,
  closeWait: 8,
  closing: 11,
} as const;

/** What the kernel says of one connection. */
export interface TcpState {
  readonly state: number;
  /** Bytes sent, or waiting to be sent, that the peer's kernel has not acknowledged. */
  readonly unacknowledgedBytes: number;
}

/**
 * Makes a look at a connected socket that works after it is closed as well: undefined where the kernel does
 * not list the connection (any more). Linux only: Node has no call for it, `/proc/net/tcp` has.
 */
export function tcpStateReader(socket: Socket): () => Promise<TcpState | undefined> {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (!localAddress || !localPort || !remoteAddress || !remotePort) {
    return () => Promise.resolve(undefined);
  }
  const table = isIPv4(localAddress) ? '/proc/net/tcp' : '/proc/net/tcp6';
  const row = `${endpoint(localAddress, localPort)} ${endpoint(remoteAddress, remotePort)} `;
  return async () => {
    const text = await readFile(table, 'latin1').catch(() => '');
    const at = text.indexOf(row);
    if (at === -1) return undefined;
    const [state = '', queues = ''] = text.slice(at + row.length, at + row.length + 20).split(' ');
    return {
      state: parseInt(state, 16),
      unacknowledgedBytes: parseInt(queues, 16),
    };
  };
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
