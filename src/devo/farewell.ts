import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CollectorError } from '../errors/collector-error.js';
import type { Confirmation } from '../pull/receipts.js';
import type { Connection } from './connection.js';
import { passing } from './deadline.js';
import { devoError } from './errors.js';
import { areEndedListed } from './tcp-table.js';
import { toClientAlert } from './tls-errors.js';
import { writeChunk } from './write-chunk.js';

/** How long a TLS peer may take to answer close_notify before it gets a FIN too, for those that wait for one. */
const FIN_AFTER_MS = 500;
/** First wait before an acknowledgement that is on its way is looked for again; grows up to the longest. */
const LOOK_MS = { first: 20, longest: 1_000, growth: 1.5 };

export interface FarewellOptions {
  readonly signal: AbortSignal;
  /** Longest time in which neither this kernel takes a byte nor the peer's acknowledges one. */
  readonly stallMs: number;
  /** How long a peer that has everything must keep the connection open before the goodbye. */
  readonly confirmWaitMs: number;
  /** How long it may then take to close. */
  readonly closeTimeoutMs: number;
}

/**
 * Sends everything and has it confirmed by the way the peer lets the connection end:
 *
 * 1. send, until the peer's kernel has acknowledged every byte;
 * 2. stay: a front whose backend is down takes all the same, and closes when it gives up on it;
 * 3. goodbye: close_notify, or a half-close where there is no TLS;
 * 4. the peer's orderly close confirms: `close_notify` where the TLS peer said so, `fin` where it closed without,
 *    or there is no TLS. `unconfirmed`: nothing came for `closeTimeoutMs`. Whether its program has read what its
 *    kernel has acknowledged cannot be known, and sending again would repeat it without end.
 *
 * Raises a `DEVO_SEND_...` error or `DEVO_TLS_CLIENT_REFUSED` for anything else: a close
 * before the goodbye, a reset, an alert or a failed write at any moment, no progress for `stallMs`, and no close
 * where the kernel does not tell what was acknowledged. Closes the connection in any case.
 */
export async function sendConfirmed(
  connection: Connection,
  chunks: AsyncIterable<Buffer>,
  options: FarewellOptions,
): Promise<Confirmation> {
  const { peer, stream, transport, secure, acceptance } = connection;
  const { stallMs, confirmWaitMs, closeTimeoutMs } = options;
  const failed = new AbortController();
  const { signal } = failed;
  let sentBytes = 0;
  let sentAll = false;
  let saidGoodbye = false;

  const fail = (error: unknown) => failed.abort(error);
  const broke = (cause: unknown) =>
    acceptance.isOver ? reset(peer, cause) : closedAtOnce(peer, 'reset the connection', cause);
  const early = () =>
    acceptance.isOver ? closedEarly(peer) : closedAtOnce(peer, 'closed the connection');
  const onError = (error: Error) => {
    const refused = acceptance.isOver ? undefined : toClientAlert(error, peer);
    fail(refused ?? broke(error));
  };
  const onBroken = () => fail(broke(transport.broken.reason));
  const onAbort = () => fail(options.signal.reason);
  const ended = new Promise<void>((resolve) => {
    stream.once('end', () => {
      if (saidGoodbye) resolve();
      else fail(early());
    });
  });
  stream.on('error', onError);
  transport.broken.addEventListener('abort', onBroken);
  options.signal.addEventListener('abort', onAbort);
  const failure = once(signal, 'abort').then(() => {
    throw signal.reason;
  });

  try {
    if (options.signal.aborted) onAbort();
    if (transport.broken.aborted) onBroken();
    if (stream.readableEnded) fail(early());
    stream.resume();
    return await Promise.race([failure, run()]);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    fail(undefined);
    transport.broken.removeEventListener('abort', onBroken);
    options.signal.removeEventListener('abort', onAbort);
    transport.close();
    stream.destroy();
  }

  async function run(): Promise<Confirmation> {
    const sending = send();
    const [isKnown] = await Promise.all([acknowledged(sending), sending]);
    await Promise.all([acceptance.over, passing(confirmWaitMs, signal)]);
    // Seen, and not yet handed on: it came before the goodbye all the same.
    if (transport.raw.readableEnded) throw early();
    signal.throwIfAborted();
    goodbye();
    return await Promise.race([closed(), neverClosed(isKnown)]);
  }

  async function send(): Promise<void> {
    for await (const chunk of chunks) {
      await writeChunk(stream, chunk, signal);
      sentBytes += chunk.length;
    }
    sentAll = true;
  }

  /**
   * Resolves once the peer's kernel has acknowledged everything: true. False where the kernel does not tell: then
   * this connection's own progress has to do.
   */
  async function acknowledged(sending: Promise<void>): Promise<boolean> {
    const longestMs = Math.min(LOOK_MS.longest, stallMs / 4);
    let waitMs = longestMs;
    let before = '';
    // Waits, not the clock: a machine that was suspended must not take it for the peer's standstill.
    let idleMs = 0;
    for (;;) {
      const all = sentAll;
      const { is, pendingBytes } = await transport.sentState();
      if (is === 'gone') throw reset(peer, 'it is gone');
      if (all && is !== 'pending') return is === 'acknowledged' || sentBytes === 0;
      const now = `${transport.flushedBytes} ${pendingBytes} ${all}`;
      idleMs = now === before ? idleMs + waitMs : 0;
      before = now;
      if (idleMs >= stallMs) throw stalled(peer, idleMs);
      waitMs = Math.min(longestMs, all ? waitMs * LOOK_MS.growth : longestMs);
      const waiting = sleep(waitMs, undefined, { signal });
      if (all) await waiting;
      else if (await Promise.race([waiting.then(() => false), sending.then(() => true)])) {
        waitMs = LOOK_MS.first;
      }
    }
  }

  function goodbye(): void {
    saidGoodbye = true;
    stream.end();
    if (!secure) transport.sendFin();
  }

  async function closed(): Promise<'close_notify' | 'fin'> {
    if (secure) void lateFin();
    await ended;
    const kind = secure && !transport.finReceived ? 'close_notify' : 'fin';
    // The TCP end follows close_notify, or a reset does.
    if (!transport.finReceived) await once(transport, 'fin', { signal });
    // Node hands on a reset right behind some data as an end: only an ended connection is still listed.
    if ((await transport.sentState()).is === 'gone') {
      const isListed = !transport.finSent || (await areEndedListed());
      if (isListed) throw reset(peer, 'it is gone');
    }
    return kind;
  }

  async function lateFin(): Promise<void> {
    await passing(FIN_AFTER_MS, signal).catch(() => undefined);
    if (!signal.aborted && !transport.raw.readableEnded) transport.sendFin();
  }

  async function neverClosed(isKnown: boolean): Promise<'unconfirmed'> {
    await passing(closeTimeoutMs, signal);
    if (isKnown) return 'unconfirmed';
    throw devoError(
      'DEVO_SEND_TIMEOUT',
      `${peer} did not close within ${Math.round(closeTimeoutMs / 1000)} s, and the kernel of this host does not tell what it has acknowledged; check the receiver, the segment is sent again`,
      'later',
    );
  }
}

function reset(peer: string, cause: unknown): CollectorError {
  return devoError(
    'DEVO_SEND_RESET',
    `the connection to ${peer} broke before the segment was confirmed (${textOf(cause)}); it is sent again`,
    'later',
    cause,
  );
}

function closedEarly(peer: string): CollectorError {
  return devoError(
    'DEVO_SEND_CLOSED',
    `${peer} closed the connection before it was asked to; it may not have read the segment, which is sent again`,
    'later',
  );
}

/** Right behind the handshake a front says that nothing is behind it, and a receiver that it refuses the client. */
export function closedAtOnce(peer: string, how: string, cause?: unknown): CollectorError {
  const text = cause === undefined ? '' : ` (${textOf(cause)})`;
  return devoError(
    'DEVO_SEND_REFUSED',
    `${peer} ${how}${text} right after the handshake: what is behind it is down, or it refuses the client certificate; it is tried again`,
    'later',
    cause,
  );
}

function stalled(peer: string, idleMs: number): CollectorError {
  return devoError(
    'DEVO_SEND_TIMEOUT',
    `${peer} took nothing for ${Math.round(idleMs / 1000)} s; check the receiver, the segment is sent again`,
    'later',
  );
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
