import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Confirmation } from '../pull/receipts.js';
import type { Connection } from './connection.js';
import { devoError } from './errors.js';
import type { TcpState } from './tcp-state.js';
import { TCP_STATE } from './tcp-state.js';
import { toTlsError } from './tls-errors.js';
import { writeChunk } from './write-chunk.js';

/** How long a TLS peer may take to answer close_notify before it gets a FIN too, for those that wait for one. */
const FIN_AFTER_MS = 500;
/** States of a connection whose FIN went out from here before the peer's was seen. */
const ENDED_FIRST: readonly number[] = [
  TCP_STATE.finWait1,
  TCP_STATE.finWait2,
  TCP_STATE.closing,
  TCP_STATE.timeWait,
];
/** How often an acknowledgement that is on its way is looked for. */
const ACKNOWLEDGED_POLL_MS = 20;

export interface ConfirmOptions {
  readonly signal: AbortSignal;
  /** Longest time in which neither this kernel takes a byte nor the peer's acknowledges one. */
  readonly stallMs: number;
  /** How long a peer that has everything may take to close. */
  readonly closeTimeoutMs: number;
}

/**
 * Sends everything, says that this was all, and takes the peer's orderly close as its confirmation:
 *
 * - `close_notify`: the TLS peer said so; `fin`: it closed without, or there is no TLS.
 * - `unconfirmed`: the peer's kernel acknowledged every byte, and for `closeTimeoutMs` nothing came of it.
 *   Whether its program has read them cannot be known, and sending again would repeat them without end.
 *
 * Raises `DEVO_SEND_...` for anything else: a reset or failed write at any moment, a close before everything
 * was sent, a close with bytes unacknowledged (they were on their way to a peer that will not read them), no
 * progress for `stallMs`. Closes the connection in any case.
 */
export async function sendConfirmed(
  connection: Connection,
  chunks: AsyncIterable<Buffer>,
  options: ConfirmOptions,
): Promise<Confirmation> {
  const { peer, stream, transport, secure } = connection;
  const failed = new AbortController();
  let sentAll = false;
  let allAcknowledged = false;
  let endedFirst = false;

  const closed = new Promise<'close_notify' | 'fin'>((resolve) => {
    stream.once('end', () => {
      if (!sentAll) fail(closedEarly(peer));
      else resolve(secure && !transport.finReceived ? 'close_notify' : 'fin');
    });
  });
  stream.on('error', onStreamError);
  const onBroken = () => fail(reset(peer, transport.broken.reason));
  const onAbort = () => fail(options.signal.reason);
  transport.broken.addEventListener('abort', onBroken);
  options.signal.addEventListener('abort', onAbort);

  try {
    if (options.signal.aborted) onAbort();
    if (transport.broken.aborted) onBroken();
    if (stream.readableEnded) fail(closedEarly(peer));
    stream.resume();
    const isListed = await transport.isListed;
    const ticking = watchProgress();
    void ticking.catch(fail);
    await send();
    const outcome = await Promise.race([peerClose(isListed), ticking, rejection()]);
    failed.signal.throwIfAborted();
    return outcome;
  } catch (error) {
    throw failed.signal.aborted ? failed.signal.reason : error;
  } finally {
    failed.abort();
    transport.broken.removeEventListener('abort', onBroken);
    options.signal.removeEventListener('abort', onAbort);
    transport.close();
    stream.destroy();
  }

  function fail(error: unknown): void {
    failed.abort(error);
  }

  /** Asks the kernel, and remembers once it said that the peer's has all there is, and that this end's FIN was first. */
  async function look(): Promise<TcpState | undefined> {
    const everything = stream.writableFinished;
    const found = await transport.readState();
    if (everything && found !== undefined && isAcknowledged(found)) allAcknowledged = true;
    if (found !== undefined && ENDED_FIRST.includes(found.state)) endedFirst = true;
    return found;
  }

  function onStreamError(error: Error): void {
    fail(toTlsError(error, peer) ?? reset(peer, error));
  }

  async function send(): Promise<void> {
    for await (const chunk of chunks) await writeChunk(stream, chunk, failed.signal);
    failed.signal.throwIfAborted();
    sentAll = true;
    stream.end();
    await once(stream, 'finish', { signal: failed.signal });
    if (!secure) transport.sendFin();
  }

  async function rejection(): Promise<never> {
    await once(failed.signal, 'abort');
    throw failed.signal.reason;
  }

  async function peerClose(isListed: boolean): Promise<'close_notify' | 'fin'> {
    // Over TLS the FIN waits for the peer's: a connection that both ends close at once leaves the kernel's
    // table, and could then not be told from one that was reset.
    const lateFin = setTimeout(() => void endFirst(), FIN_AFTER_MS);
    try {
      const kind = await closed;
      if (kind === 'close_notify' && !transport.finReceived) {
        // The TCP end follows close_notify, or a reset does; where neither comes, the watch ends the wait.
        await once(transport, 'fin', { signal: failed.signal });
      }
      if (isListed) await acknowledged();
      return kind;
    } finally {
      clearTimeout(lateFin);
    }
  }

  /**
   * Sends the FIN that the peer seems to wait for, once it has everything; not where its own is here and only
   * this process stood still.
   */
  async function endFirst(): Promise<void> {
    for (let found = await look(); !failed.signal.aborted; found = await look()) {
      if (found?.state === TCP_STATE.closeWait || transport.raw.readableEnded) return;
      if (found === undefined || allAcknowledged) {
        transport.sendFin();
        await look();
        return;
      }
      await sleep(ACKNOWLEDGED_POLL_MS);
    }
  }

  /** Resolves when the peer's kernel has acknowledged everything; a stalled one ends by the watch. */
  async function acknowledged(): Promise<void> {
    for (;;) {
      failed.signal.throwIfAborted();
      const found = await look();
      if (found === undefined || found.state === TCP_STATE.close) {
        // Its FIN may have come right before this end's: such a connection leaves the table with both. Any other that
        // is gone was reset, even where Node tells of an end: it takes a reset right behind some data for one.
        const crossed = transport.finSent && !endedFirst;
        if (allAcknowledged && transport.finReceived && crossed) return;
        throw closedEarly(peer);
      }
      if (isAcknowledged(found)) return;
      await sleep(ACKNOWLEDGED_POLL_MS);
    }
  }

  /** Looks for progress until the sending is over; resolves where a peer has everything and does not close. */
  async function watchProgress(): Promise<'unconfirmed'> {
    const tickMs = Math.max(10, Math.min(1000, options.closeTimeoutMs / 4, options.stallMs / 4));
    let before = '';
    // Ticks, not the clock: a machine that was suspended must not take it for the peer's standstill.
    let idleMs = 0;
    for (;;) {
      await sleep(tickMs, undefined, { signal: failed.signal });
      const state = await look();
      const now = `${transport.flushedBytes} ${state?.unacknowledgedBytes ?? 0} ${stream.writableFinished}`;
      idleMs = now === before ? idleMs + tickMs : 0;
      before = now;
      const peerHasAll = stream.writableFinished && (state === undefined || isAcknowledged(state));
      if (peerHasAll && idleMs >= options.closeTimeoutMs) return 'unconfirmed';
      if (!peerHasAll && idleMs >= options.stallMs) throw stalled(peer, idleMs);
    }
  }
}

function isAcknowledged({ state, unacknowledgedBytes }: TcpState): boolean {
  return state === TCP_STATE.timeWait || unacknowledgedBytes === 0;
}

function reset(peer: string, cause: unknown) {
  const text = cause instanceof Error ? cause.message : String(cause);
  return devoError(
    'DEVO_SEND_RESET',
    `the connection to ${peer} broke before the segment was confirmed (${text}); it is sent again`,
    'later',
    cause,
  );
}

function closedEarly(peer: string) {
  return devoError(
    'DEVO_SEND_CLOSED',
    `${peer} closed the connection before it had taken the whole segment; it is sent again`,
    'later',
  );
}

function stalled(peer: string, idleMs: number) {
  return devoError(
    'DEVO_SEND_TIMEOUT',
    `${peer} took nothing for ${Math.round(idleMs / 1000)} s; check the receiver, the segment is sent again`,
    'later',
  );
}
