import type { Logger } from 'pino';
import { createLogger } from '../../../src/worker/log.js';

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A logger at debug level, what it wrote, and the same as text. */
export function keptLog(secrets: readonly string[] = []): {
  readonly log: Logger;
  readonly lines: LogLine[];
  readonly text: () => string;
} {
  let text = '';
  const lines: LogLine[] = [];
  const write = (line: string) => {
    text += line;
    lines.push(JSON.parse(line) as LogLine);
  };
  return {
    log: createLogger({ debug: true, secrets, stream: { write } }),
    lines,
    text: () => text,
  };
}
