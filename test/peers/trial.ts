import { createOutput } from '../../src/devo/create-output.js';
import type { CertificateFiles } from '../unit/devo/certificates.js';
import type { Receiver } from '../unit/devo/receiver.js';
import { startReceiver } from '../unit/devo/receiver.js';
import { codeOfRejection, framesOf, SENDING, segmentOf, unwatched } from '../unit/devo/segments.js';
import { tlsConfig } from '../unit/devo/tls-config.js';

/** The product's default. */
export const CONFIRM_WAIT_MS = 5_000;

/** What became of a number of segments: `outcomes` counts them by `delivered` or the code of their error. */
export interface Trial {
  readonly delivered: number;
  readonly arrived: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

/** A receiver behind a front: it counts the connections that brought a whole segment. */
export interface Backend {
  readonly port: number;
  /** Connections that brought this many bytes and then ended. */
  whole(bytes: number): number;
  close(): Promise<void>;
}

export async function startBackend(): Promise<Backend> {
  const ended = new Map<number, number>();
  const receiver: Receiver = await startReceiver({
    onVisit: ({ stream }) => {
      let bytes = 0;
      stream.on('data', (chunk: Buffer) => (bytes += chunk.length));
      stream.on('end', () => {
        ended.set(bytes, (ended.get(bytes) ?? 0) + 1);
        stream.end();
      });
    },
  });
  return {
    port: receiver.port,
    whole: (bytes) => ended.get(bytes) ?? 0,
    close: () => receiver.close(),
  };
}

/** Sends segments of about `bytes` side by side, without a second try. */
export async function tryOut(
  port: number,
  files: CertificateFiles | undefined,
  { count, bytes, backend }: { count: number; bytes: number; backend?: Backend },
): Promise<Trial> {
  const config = {
    name: 'out',
    type: 'syslog',
    address: '127.0.0.1',
    port,
    confirmWaitMs: CONFIRM_WAIT_MS,
    sending: SENDING,
  } as const;
  const output = createOutput(
    files === undefined ? config : { ...tlsConfig(files, port), confirmWaitMs: CONFIRM_WAIT_MS },
  );
  const segment = segmentOf(framesOf(bytes));
  const before = backend?.whole(segment.ref.bytes) ?? 0;
  const codes = await Promise.all(
    Array.from({ length: count }, () => codeOfRejection(output.deliver(segment, unwatched()))),
  );
  const outcomes: Record<string, number> = {};
  for (const code of codes) outcomes[code] = (outcomes[code] ?? 0) + 1;
  const arrived = (backend?.whole(segment.ref.bytes) ?? 0) - before;
  return { delivered: outcomes.delivered ?? 0, arrived, outcomes };
}

/** One row of the table of peers: confirmed falsely is what was delivered and did not arrive. */
export function print(row: readonly (string | number)[], trial: Trial): void {
  if (process.env.PEERS !== 'full') return;
  const falsely = Math.max(0, trial.delivered - trial.arrived);
  const counts = `delivered ${trial.delivered}, arrived ${trial.arrived}, falsely confirmed ${falsely}`;
  process.stdout.write(`| ${row.join(' | ')} | ${counts} | ${JSON.stringify(trial.outcomes)} |\n`);
}
