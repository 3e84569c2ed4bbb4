import type { Socket } from 'node:net';

import { FrameStream } from './frames.js';
import type { FrameSink } from './frames.js';
import type { Random } from './random.js';
import type { ReceiverMode } from './receiver-options.js';

export interface ConnectionEvents extends FrameSink {
  readonly bytes: (count: number) => void;
  readonly ended: () => void;
  readonly reset: () => void;
}

/** One sender's connection, read as the mode of the moment says. */
export class Connection {
  /** The TCP socket under the TLS one, or the same: resets and bare FINs happen there. */
  readonly #raw: Socket;
  readonly #socket: Socket;
  readonly #frames: FrameStream;
  readonly #events: ConnectionEvents;
  readonly #random: Random;
  #mode: ReceiverMode;
  #bytes = 0;
  /** The sender has ended, and every frame is read. */
  #finished = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    readonly raw: Socket;
    readonly socket: Socket;
    readonly mode: ReceiverMode;
    readonly random: Random;
    readonly events: ConnectionEvents;
  }) {
    this.#raw = options.raw;
    this.#socket = options.socket;
    this.#mode = options.mode;
    this.#random = options.random;
    this.#events = options.events;
    this.#frames = new FrameStream(options.events);
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#socket.on('end', () => void this.#finish());
    // A broken connection shows as close; the error itself says nothing more.
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      clearTimeout(this.#timer);
      this.#frames.abort();
    });
    if (this.#mode.kind === 'stall') this.#socket.pause();
  }

  setMode(mode: ReceiverMode): void {
    const { kind: before } = this.#mode;
    const wasHeld = before === 'stall' || before === 'slow';
    this.#mode = mode;
    if (before === 'never-close' && this.#finished) this.#close();
    if (mode.kind === 'stall') {
      this.#hold();
    } else if (wasHeld) {
      clearTimeout(this.#timer);
      this.#socket.resume();
    }
  }

  /** A RST, at once; what was not read is lost. */
  reset(): void {
    this.#frames.abort();
    this.#events.reset();
    this.#raw.resetAndDestroy();
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    // Node still hands out what it had buffered before the reset.
    if (this.#socket.destroyed) return;
    const mode = this.#mode;
    if (mode.kind === 'random-reset' && this.#random.chance(mode.share)) {
      this.reset();
      return;
    }
    const room = mode.kind === 'reset' ? mode.afterBytes - this.#bytes : chunk.length;
    const kept = chunk.subarray(0, Math.max(0, room));
    this.#bytes += kept.length;
    this.#events.bytes(kept.length);
    this.#frames.write(kept);
    if (mode.kind === 'reset' && this.#bytes >= mode.afterBytes) {
      this.reset();
    } else if (mode.kind === 'slow') {
      this.#hold();
      const pauseMs = (1000 * chunk.length) / mode.bytesPerSecond;
      this.#timer = setTimeout(() => this.#socket.resume(), pauseMs);
    }
  }

  #hold(): void {
    clearTimeout(this.#timer);
    this.#socket.pause();
  }

  async #finish(): Promise<void> {
    await this.#frames.end();
    this.#finished = true;
    this.#close();
  }

  #close(): void {
    const { kind } = this.#mode;
    if (kind === 'never-close') return;
    // Closing the TCP socket under TLS sends a FIN and no close_notify.
    if (kind === 'fin' && this.#socket !== this.#raw) {
      this.#raw.destroy();
    } else {
      this.#socket.end();
      this.#events.ended();
    }
  }
}
