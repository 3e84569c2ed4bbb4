import { isUtf8 } from 'node:buffer';
import { createGunzip } from 'node:zlib';
import type { Gunzip } from 'node:zlib';

/** Longest header: a tag may have 1024 characters, time and host share the rest. */
const MOST_HEADER = 1400;
/** The three forms of time that Devo's own clients send. */
const TIME = [
  '[A-Z][a-z]{2} [ \\d]\\d \\d{2}:\\d{2}:\\d{2}',
  '\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}\\.\\d{3}',
  '\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,6})?Z',
].join('|');
const HEADER = new RegExp(`^<14>(?:${TIME}) ([^\\s:]+) (\\S+): $`);
/** Two to six levels. */
const TAG = /^[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+){1,5}$/;

export type ParsedFrame =
  { readonly tag: string; readonly text: string } | { readonly fault: string };

/** Whether a tag has the shape Devo knows. */
export function isTag(tag: string): boolean {
  return tag.length <= 1024 && TAG.test(tag);
}

/**
 * Takes a frame apart: `<14>` time, host, tag, `: ` and a JSON object, without the line feed at its end. The
 * fault says which rule is broken and never repeats content.
 */
export function parseFrame(line: string): ParsedFrame {
  const start = line.indexOf(': {');
  if (start === -1 || start > MOST_HEADER) return { fault: 'no ": {" after the header' };
  const header = HEADER.exec(line.slice(0, start + 2));
  if (header === null) return { fault: 'header is not "<14>time host tag: "' };
  const tag = header[2] ?? '';
  if (!isTag(tag)) return { fault: 'tag does not have 2 to 6 levels of letters, digits, _' };
  return { tag, text: line.slice(start + 2) };
}

const LINE_FEED = 0x0a;
/** First byte of a gzip member; no plain frame starts with it. */
const GZIP_MAGIC = 0x1f;

export interface FrameSink {
  /** One whole frame or line, without its line feed. */
  readonly line: (text: string) => void;
  readonly fault: (reason: string) => void;
  /** The sender ended within a frame or gzip member, as one does that is killed. At most once. */
  readonly cut: () => void;
}

/**
 * The bytes of one connection or request as lines: plain, or gzip members one after the other. What comes
 * first decides; a connection does not mix the two.
 */
export class FrameStream {
  readonly #sink: FrameSink;
  #rest: Buffer[] = [];
  #gunzip: Gunzip | undefined;
  #gunzipped: Promise<void> = Promise.resolve();
  #started = false;
  #broken = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  write(chunk: Buffer): void {
    if (!this.#started && chunk.length > 0) {
      this.#started = true;
      if (chunk[0] === GZIP_MAGIC) this.#startGunzip();
    }
    if (this.#gunzip === undefined) this.#split(chunk);
    else this.#gunzip.write(chunk);
  }

  /** The sender ended: what is left should be nothing. Resolves when all lines are out. */
  async end(): Promise<void> {
    this.#gunzip?.end();
    await this.#gunzipped;
    if (!this.#broken && this.#rest.length > 0) this.#sink.cut();
  }

  /** The connection broke: an unfinished frame or gzip member is nobody's fault. */
  abort(): void {
    this.#broken = true;
    this.#gunzip?.destroy();
  }

  #startGunzip(): void {
    const gunzip = createGunzip();
    this.#gunzip = gunzip;
    gunzip.on('data', (chunk: Buffer) => this.#split(chunk));
    this.#gunzipped = new Promise((resolve) => {
      gunzip.on('close', resolve);
      gunzip.on('end', resolve);
    });
    gunzip.on('error', (error: NodeJS.ErrnoException) => {
      if (!this.#broken) {
        if (error.code === 'Z_BUF_ERROR') this.#sink.cut();
        else this.#sink.fault('gzip member is damaged');
      }
      this.#broken = true;
    });
  }

  #split(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      this.#rest.push(chunk.subarray(start, end));
      this.#emit();
      start = end + 1;
    }
    if (start < chunk.length) this.#rest.push(chunk.subarray(start));
  }

  #emit(): void {
    const [only] = this.#rest;
    const line = this.#rest.length === 1 && only !== undefined ? only : Buffer.concat(this.#rest);
    this.#rest = [];
    if (isUtf8(line)) this.#sink.line(line.toString('utf8'));
    else this.#sink.fault('frame is not valid UTF-8');
  }
}
