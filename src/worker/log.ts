import type { DestinationStream, Logger } from 'pino';
import { pino } from 'pino';
import pretty from 'pino-pretty';

/** Field names whose values never reach a log line. */
const SECRETS = ['apiKey', 'api_key', 'token', 'authorization', 'Authorization', 'key'];

/** The log: readable lines on a terminal, JSON otherwise; `debug` raises the level. */
export function createLogger(options: {
  readonly debug: boolean;
  readonly stream?: DestinationStream;
}): Logger {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino(
    {
      level: options.debug ? 'debug' : 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: '****' },
    },
    options.stream ??
      (process.stderr.isTTY ? pretty({ destination: 2, singleLine: true }) : pino.destination(2)),
  );
}
