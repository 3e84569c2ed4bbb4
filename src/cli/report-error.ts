import { ConfigError } from '../config/errors.js';
import { problemLines } from '../config/print-problems.js';
import { CollectorError } from '../errors/collector-error.js';
import type { Io } from './io.js';

/** Keys and tokens are longer runs of such characters than any word of an error message. */
const SECRET_LIKE = /[A-Za-z0-9+=_-]{40,}/g;
const PRIVATE_KEY = /-----BEGIN [^-]+-----[^]*?(-----END [^-]+-----|$)/g;

/** Codes of what the operator corrects in a command or a config file. */
const USAGE = /^(CONFIG|USAGE|BACKFILL_(REQUEST|STREAM|RANGE))_/;

/** What a process ends with: 2 for wrong usage or config, which the operator corrects, else 1. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return error instanceof CollectorError && USAGE.test(error.code) ? 2 : 1;
}

/**
 * Prints any error to stderr: `error CODE: message`, a line per mistake of a config file, and
 * `error INTERNAL: message` for what nobody foresaw. A stack trace only with `debug`; never a secret.
 */
export function reportError(
  error: unknown,
  io: Pick<Io, 'colors' | 'printError'>,
  debug: boolean,
): void {
  for (const line of errorLines(error)) io.printError(`${io.colors.red('error')} ${line}`);
  if (debug && error instanceof Error) io.printError(io.colors.dim(withoutSecrets(traceOf(error))));
}

/** The error's lines, without colours and without the word `error`. */
export function errorLines(error: unknown): string[] {
  if (error instanceof ConfigError) return problemLines(error.problems);
  if (error instanceof CollectorError) return [`${error.code}: ${error.message}`];
  const message = error instanceof Error ? error.message || error.name : String(error);
  return [`INTERNAL: ${withoutSecrets(message.split('\n', 1)[0] ?? '')}`];
}

/** Messages of other people's libraries may quote what they were given. */
function withoutSecrets(text: string): string {
  return text.replaceAll(PRIVATE_KEY, '****').replaceAll(SECRET_LIKE, '****');
}

function traceOf(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by ${traceOf(error.cause)}` : own;
}
