import { LIMITS } from './limits.js';

/** Why something is read again later, beside what comes after it. */
export type OwedReason = 'segment lost' | 'refused' | 'alerts outstanding' | 'missing in Devo';

/** What went wrong last, as `status` names it. */
export interface OwedError {
  readonly code: string;
  readonly message: string;
}

/** What could not be had now: it is tried again with growing waits and holds up nothing else. Times are epoch ms. */
export interface Owed {
  readonly reason: OwedReason;
  readonly sinceMs: number;
  /** Tries that did not bring it, the first one included. */
  readonly failures: number;
  readonly nextTryMs: number;
  /** null where no call failed: it brought too little. */
  readonly error: OwedError | null;
}

/** Waits between the tries: doubling from the first to the last. */
const WAIT_MS = { first: 60_000, most: 3_600_000 };
/** Longest message kept: there may be 200 of them in a workflow's state. */
const MOST_TEXT = 80;

/**
 * Failures that may be of one window or one incident alone. All others are of the whole service (key, licence,
 * quota, network) or of this product's own house (a worker, a disk), and nothing is set aside for them.
 */
const OF_ONE = new Set([
  'CORTEX_SERVER_ERROR',
  'CORTEX_BAD_REQUEST',
  'CORTEX_INVALID_REPLY',
  'PULL_WINDOW_UNSETTLED',
]);

/** Whether a failure with this code may concern only what was asked for. */
export function mayConcernOne(code: string): boolean {
  return OF_ONE.has(code);
}

/** What is owed after its next try failed, or after the first where there is no `before`. */
export function owedAfter(
  reason: OwedReason,
  nowMs: number,
  error: OwedError | null,
  before?: Owed,
): Owed {
  const failures = (before?.failures ?? 0) + 1;
  const waitMs = Math.min(WAIT_MS.most, WAIT_MS.first * 2 ** Math.min(failures - 1, 10));
  return {
    reason,
    sinceMs: before?.sinceMs ?? nowMs,
    failures,
    nextTryMs: nowMs + waitMs,
    error: error && { code: error.code, message: error.message.slice(0, MOST_TEXT) },
  };
}

/** The error of a lane that owes so much that it reads nothing new; null: there is room. */
export function owesTooMuch(owed: number): OwedError | null {
  if (owed < LIMITS.owed) return null;
  return {
    code: 'PULL_OWES_TOO_MUCH',
    message: `found ${owed} windows and incidents that the API does not give, expected fewer than ${LIMITS.owed}; nothing new is read until it gives some of them`,
  };
}

/** Whether it is time to try it again. */
export function isDue({ nextTryMs }: Owed, nowMs: number): boolean {
  return nextTryMs <= nowMs;
}
