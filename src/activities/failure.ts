import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { CollectorError } from '../errors/collector-error.js';
import { PagesRepeatError, WindowUnsettledError } from '../pull/read-window.js';

/**
 * The failure as Temporal keeps it: code as its type, the message, and whether and when to try again.
 * Nothing of the original error but its text goes along, for causes may hold headers and bodies; and no stack, which
 * would fill the page that an operator reads.
 */
export function toFailure(error: unknown): Error {
  const failure = failureOf(error);
  failure.stack = '';
  return failure;
}

function failureOf(error: unknown): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof CollectorError) {
    return ApplicationFailure.create({
      type: error.code,
      message: error.message,
      nonRetryable: error.retry === 'never',
      ...(error.retryAfterMs === undefined ? {} : { nextRetryDelay: error.retryAfterMs }),
    });
  }
  if (error instanceof WindowUnsettledError) {
    return ApplicationFailure.retryable(error.message, 'PULL_WINDOW_UNSETTLED');
  }
  if (error instanceof PagesRepeatError) {
    return ApplicationFailure.nonRetryable(error.message, 'PULL_PAGES_REPEAT');
  }
  return ApplicationFailure.retryable(
    error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    'INTERNAL',
  );
}

/** The code of any error, as the log and the metrics show it. */
export function codeOf(error: unknown): string {
  const failure = toFailure(error);
  return failure instanceof ApplicationFailure ? (failure.type ?? 'INTERNAL') : 'CANCELLED';
}
