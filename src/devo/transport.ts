import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { sentStateReader } from './tcp-table.js';
import type { SentState } from './tcp-table.js';

/**
 * A TCP connection that keeps in sight what happens to it, to be used as it is or under TLS.
 *
 * Node's TLS socket, put straight onto a TCP socket, swallows errors of its inner writes and of the
 * shutdown: a peer's reset then looks like an orderly end in up to half of the cases, while everything the
 * peer had not read is lost. Here every error of the socket and of every write to it aborts `broken`.
 */
export class Transport extends Duplex {
  /** Bytes that the kernel has taken. */
  flushedBytes = 0;
  /** True from the moment the peer's FIN is passed on to the reader; all data before it has been by then. */
  finReceived = false;
  /** This end has said that it sends no more. */
  finSent = false;
  /** What the kernel says of the bytes that were sent; it works after the connection is closed as well. */
  readonly sentState: () => Promise<SentState>;
  readonly #broken = new AbortController();
  #closing = false;

  /** `raw` is connected, allows half-open connections and is touched by nobody else. */
  constructor(readonly raw: Socket) {
    super({ autoDestroy: false });
    this.sentState = sentStateReader(raw);
    // The first look finds out whether the kernel's word is to be had; it takes place beside the handshake.
    void this.sentState();
    this.on('error', (error) => this.#fail(error));
    raw.on('data', (chunk: Buffer) => {
      if (!this.destroyed && !this.push(chunk)) raw.pause();
    });
    raw.on('end', () => {
      // A TLS layer first gets to see what came before the FIN: its close_notify, if there is one.
      setImmediate(() => {
        this.finReceived = true;
        if (!this.destroyed) this.push(null);
        this.emit('fin');
      });
    });
    raw.on('error', (error) => this.#fail(error));
    raw.on('close', () => {
      if (!this.#closing && !raw.readableEnded) this.#fail(new Error('the connection is gone'));
    });
  }

  /** Aborted with the first error of the connection. */
  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  /** Half-closes; `end` alone does not, so that a TLS layer can say close_notify and wait for the answer. */
  sendFin(): void {
    this.finSent = true;
    if (!this.raw.destroyed) this.raw.end();
  }

  /** Ends the connection for good; nothing that happens to it later counts. */
  close(): void {
    this.#closing = true;
    this.raw.destroy();
    this.destroy();
  }

  override _read(): void {
    this.raw.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.raw.write(chunk, (error) => this.#flushed(chunk.length, error, done));
  }

  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    let bytes = 0;
    this.raw.cork();
    chunks.forEach(({ chunk }, index) => {
      bytes += chunk.length;
      // Writes succeed or fail in their order, so the last one speaks for all.
      if (index < chunks.length - 1) this.raw.write(chunk);
      else this.raw.write(chunk, (error) => this.#flushed(bytes, error, done));
    });
    this.raw.uncork();
  }

  override _final(done: () => void): void {
    done();
  }

  /** The TCP socket stays: whether the peer takes all this shows only after a TLS layer is through with it. */
  override _destroy(_: Error | null, done: (error?: Error | null) => void): void {
    done();
  }

  #flushed(bytes: number, error: Error | null | undefined, done: (error?: Error | null) => void) {
    if (error) this.#fail(error);
    else this.flushedBytes += bytes;
    done(error);
  }

  #fail(error: Error): void {
    this.#broken.abort(error);
  }
}
