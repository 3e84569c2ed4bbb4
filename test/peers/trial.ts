import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createOutput } from '../../src/devo/create-output.js';
import type { CertificateFiles } from '../unit/devo/certificates.js';
import { startProxy } from '../unit/devo/proxy.js';
import type { Proxy } from '../unit/devo/proxy.js';
import { readAll, startReceiver } from '../unit/devo/receiver.js';
import { framesOf, SENDING, segmentOf, unwatched } from '../unit/devo/segments.js';
import { tlsConfig } from '../unit/devo/tls-config.js';

/** The product's default. */
const CONFIRM_WAIT_MS = 5_000;

/** What stands behind a front, or what a receiver wrote: the events of a size that arrived. */
export interface Arrivals {
  readonly port: number;
  lines(): string;
  close(): Promise<void>;
}

export async function startBackend(): Promise<Arrivals> {
  let text = '';
  const receiver = await startReceiver({
    onVisit: (visit) => void readAll(visit).then((bytes) => (text += bytes.toString())),
  });
  return { port: receiver.port, lines: () => text, close: () => receiver.close() };
}

export function writtenTo(path: string): Arrivals {
  return {
    port: NOBODY,
    lines: () => (existsSync(path) ? readFileSync(path, 'utf8') : ''),
    close: () => Promise.resolve(),
  };
}

/** Nobody listens there: the system hands out no port below 1,024. */
const NOBODY = 1;

export function nothingBehind(): Arrivals {
  return { port: NOBODY, lines: () => '', close: () => Promise.resolve() };
}

/** A port at which connecting never ends: whoever listens stands still, and has as many waiting as it holds. */
export async function startHanging(): Promise<Arrivals> {
  const program = `const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGSTOP');
  const port = Number(line.toString());
  const waiting: Socket[] = [];
  for (let more = true; more;) {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', () => undefined);
    waiting.push(socket);
    more = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise<false>((resolve) => setTimeout(resolve, 1_000, false)),
    ]);
  }
  return {
    port,
    lines: () => '',
    async close() {
      for (const socket of waiting) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** A way to a port on which everything takes so long, there and back. */
export async function startDelay(port: number, roundTripMs: number): Promise<Proxy> {
  const late = (work: () => void) => setTimeout(work, roundTripMs / 2);
  return await startProxy(port, (near, far) => {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk: Buffer) => late(() => to.write(chunk)));
      from.on('end', () => late(() => to.end()));
      from.on('error', () => late(() => to.resetAndDestroy()));
    }
  });
}

/** What became of a number of segments, by their confirmation or the code of their error. */
export interface Trial {
  readonly bytes: number;
  /** Segments with a confirmation; those that never got a close are counted apart. */
  readonly confirmed: number;
  readonly unconfirmed: number;
  readonly arrived: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

/** Sends segments of about `bytes` side by side, without a second try. */
export async function tryOut(
  port: number,
  files: CertificateFiles | undefined,
  {
    bytes,
    count,
    closeTimeoutMs,
  }: {
    readonly bytes: number;
    readonly count: number;
    readonly closeTimeoutMs?: number | undefined;
  },
): Promise<Omit<Trial, 'arrived'>> {
  const own = { port, confirmWaitMs: CONFIRM_WAIT_MS };
  const output = createOutput(
    files === undefined
      ? { ...own, name: 'out', type: 'syslog', address: '127.0.0.1', sending: SENDING }
      : { ...tlsConfig(files, port), ...own },
    closeTimeoutMs === undefined ? {} : { closeTimeoutMs },
  );
  const segment = segmentOf(framesOf(bytes, tagOf(bytes)));
  const outcomes: Record<string, number> = {};
  await Promise.all(
    Array.from({ length: count }, async () => {
      const outcome = await output.deliver(segment, unwatched()).then(
        ({ confirmation }) => confirmation,
        (error: unknown) => (error as { code?: string }).code ?? String(error),
      );
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }),
  );
  const confirmed = (outcomes.close_notify ?? 0) + (outcomes.fin ?? 0);
  return { bytes, confirmed, unconfirmed: outcomes.unconfirmed ?? 0, outcomes };
}

/** Segments of a size that are whole among the lines of what arrived: each of their events is there as often. */
export function arrivedOf(lines: string, bytes: number): number {
  const events = framesOf(bytes, tagOf(bytes)).trimEnd().split('\n').map(eventOf);
  const counts = new Map<string, number>();
  for (const event of lines.split('\n').map(eventOf)) {
    counts.set(event, (counts.get(event) ?? 0) + 1);
  }
  return Math.min(...events.map((event) => counts.get(event) ?? 0));
}

/** Tag and text of an event, behind whatever header. */
function eventOf(line: string): string {
  return line.slice(line.indexOf('test.size.'));
}

/** So that the events of one size are not those of another. */
function tagOf(bytes: number): string {
  return `test.size.${bytes}`;
}
