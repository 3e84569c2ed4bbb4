import { asyncLocalStorage } from '@temporalio/activity';
import { devoError } from '../../../src/devo/errors.js';
import type { DevoErrorCode } from '../../../src/devo/errors.js';
import type { Output } from '../../../src/devo/output.js';
import type { Confirmation } from '../../../src/pull/receipts.js';
import type { Random } from '../random.js';
import { clock } from '../time/clock.js';
import { nameOfEvent } from './records.js';
import type { Ledger, Sending } from './ledger.js';

/** How a receiver behaves now; rates are shares of the segments. */
export interface ReceiverTrouble {
  down: boolean;
  /** Takes nothing and says nothing, until the sender gives up. */
  hanging: boolean;
  /** Refuses the client's certificate, so that only somebody can cure it. */
  refusing: boolean;
  /** The connection breaks in the middle. */
  breaking: number;
  /** The receiver closes in the middle, in order. */
  closing: number;
  /** Everything arrived, and the connection is reset nevertheless. */
  resetAtEnd: number;
  /** Everything arrived, and the receiver never closes. */
  neverClosing: number;
  /** Longest time for a segment, ms. */
  slowMs: number;
}

export const NO_RECEIVER_TROUBLE: ReceiverTrouble = {
  down: false,
  hanging: false,
  refusing: false,
  breaking: 0,
  closing: 0,
  resetAtEnd: 0,
  neverClosing: 0,
  slowMs: 200,
};

/** Devo's own sending time-out by default. */
const GIVES_UP_MS = 60_000;
const FRAME = /^<14>\S+ \S+ (\S+): (\{.*\})$/;

export interface Receiver {
  readonly name: string;
  readonly trouble: ReceiverTrouble;
  /** The output as a process has it. */
  connect(): Output;
}

export interface ReceiverOptions {
  readonly name: string;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly onDelivering: (sending: Sending) => void;
}

export function createReceiver({ name, random, ledger, onDelivering }: ReceiverOptions): Receiver {
  const trouble = { ...NO_RECEIVER_TROUBLE };

  async function deliver(...[source, { signal }]: Parameters<Output['deliver']>) {
    const startedMs = clock.nowMs;
    const { workflowId, runId } = asyncLocalStorage.getStore()?.info.workflowExecution ?? {
      workflowId: '',
      runId: '',
    };
    const sending: Sending = {
      workflowId,
      runId,
      output: name,
      segment: source.ref,
      atMs: clock.nowMs,
      names: [],
      state: 'open',
      onDisk: undefined,
      settledMs: 0,
    };
    onDelivering(sending);
    await clock.wait(1 + random.below(20));
    if (trouble.hanging) {
      await giveUp(signal);
      throw failure('DEVO_SEND_TIMEOUT');
    }
    if (trouble.down) throw failure('DEVO_CONNECT_REFUSED');
    if (trouble.refusing) throw failure('DEVO_TLS_CLIENT_REFUSED', 'never');
    ledger.open(sending);
    const ends = draw();
    const share = ends === undefined ? 1 : random.next();
    const lines = await linesOf(source);
    const taken = Math.floor(lines.length * share);
    for (const [at, line] of lines.slice(0, taken).entries()) {
      if (at % 50 === 0) {
        await clock.wait(random.below(trouble.slowMs));
        signal.throwIfAborted();
      }
      take(sending, line);
    }
    if (ends !== undefined) throw failure(ends);
    await clock.wait(random.below(trouble.slowMs));
    if (random.chance(trouble.resetAtEnd)) throw failure('DEVO_SEND_RESET');
    const confirmation: Confirmation = random.chance(trouble.neverClosing)
      ? 'unconfirmed'
      : 'close_notify';
    const { events, bytes } = source.ref;
    return { output: name, events, bytes, confirmation, elapsedMs: clock.nowMs - startedMs };
  }

  function draw(): DevoErrorCode | undefined {
    if (random.chance(trouble.breaking)) return 'DEVO_SEND_RESET';
    if (random.chance(trouble.closing)) return 'DEVO_SEND_CLOSED';
    return undefined;
  }

  function take(sending: Sending, line: string): void {
    const [, tag, json] = FRAME.exec(line) ?? [];
    const event = JSON.parse(json ?? '{}') as Record<string, string | number>;
    const known = tag === undefined ? undefined : nameOfEvent(tag, event);
    if (known === undefined) ledger.strangers.push(line);
    else ledger.arrive(sending, known);
  }

  return {
    name,
    trouble,
    connect: () => ({ name, type: 'simulated', deliver, check: () => Promise.resolve() }),
  };
}

async function giveUp(signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < GIVES_UP_MS; waited += 1_000) {
    await clock.wait(1_000);
    signal.throwIfAborted();
  }
}

function failure(code: DevoErrorCode, retry: 'later' | 'never' = 'later'): Error {
  return devoError(code, 'as the seed has it', retry);
}

async function linesOf(source: Parameters<Output['deliver']>[0]): Promise<string[]> {
  const parts: Buffer[] = [];
  for await (const chunk of source.frames()) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts).toString('utf8').split('\n').slice(0, -1);
}
