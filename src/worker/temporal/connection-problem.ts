import { connect } from 'node:net';

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'host name not resolved',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
};
/** Temporal's, where the address names none. */
const DEFAULT_PORT = 7_233;
const CONNECT_MS = 2_000;

/** Why no connection to `host:port` comes about, in a few words; undefined where one does. */
export async function connectionProblem(address: string): Promise<string | undefined> {
  const target = hostAndPort(address);
  if (target === undefined) return 'not a host and port';
  const socket = connect(target);
  try {
    return await new Promise((resolve) => {
      socket.setTimeout(CONNECT_MS, () => resolve('no answer'));
      socket.once('connect', () => resolve(undefined));
      socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => {
        resolve(WORDS[code] ?? `no connection: ${code}`);
      });
    });
  } finally {
    socket.destroy();
  }
}

/** The parts of `host:port`; undefined where it is none. */
export function hostAndPort(address: string): { host: string; port: number } | undefined {
  const url = `tcp://${address}`;
  if (!URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? DEFAULT_PORT : Number(port),
  };
}
