import { mayConcernOne } from './owed.js';
import { LEAST_WIDTH_MS } from './owed-windows.js';
import { waitAfterFailureMs } from './backoff.js';
import { widthMs } from './window.js';
import type { TimeWindow } from './window.js';

/** A window keeps failing, be it its own fault or an outage: it is read in ever smaller parts until that is clear. */
export interface Doubt {
  /** When it failed first, epoch ms. */
  readonly firstMs: number;
  readonly failures: number;
  /** The doubt ends here, epoch ms. */
  readonly untilMs: number;
  /** Widest window that is tried, ms; null: as wide as usual. */
  readonly widthMs: number | null;
  /** It failed at its narrowest, and nothing was read since the first failure: what lies beside it decides. */
  readonly skipped: TimeWindow | null;
}

/** Rounds that a window fails as a whole before it is read in parts. */
const ROUNDS = 3;

/** What to think of a window after it failed once more. */
export interface Judgement {
  readonly doubt: Doubt | null;
  /** The API refuses this much, and can be read elsewhere. */
  readonly refused: TimeWindow | null;
  readonly waitMs: number;
}

/**
 * Judges a window that failed. `failures`: those of the lane in a row, this one included; `lastReadMs`: when
 * anything of the service could be read last.
 */
export function afterFailure(
  before: Doubt | null,
  window: TimeWindow,
  failure: { readonly code: string; readonly curable: boolean; readonly failures: number },
  lastReadMs: number,
  nowMs: number,
): Judgement {
  const waitMs = waitAfterFailureMs(failure.failures, failure.curable);
  if (!mayConcernOne(failure.code)) return { doubt: before, refused: null, waitMs };
  const first = { firstMs: nowMs, untilMs: window.toMs, widthMs: null, skipped: null };
  const doubt = { ...(before ?? first), failures: (before?.failures ?? 0) + 1 };
  // Beside it nothing can be read either: an outage.
  if (doubt.skipped !== null) return { doubt: { ...doubt, skipped: null }, refused: null, waitMs };
  if (doubt.failures < ROUNDS) return { doubt, refused: null, waitMs };
  if (widthMs(window) > LEAST_WIDTH_MS) {
    return { doubt: { ...doubt, widthMs: halfOf(window) }, refused: null, waitMs: 0 };
  }
  return lastReadMs > doubt.firstMs
    ? { doubt: null, refused: window, waitMs: 0 }
    : { doubt: { ...doubt, skipped: window }, refused: null, waitMs: 0 };
}

/** What is left of the doubt after a window was read. */
export function afterSuccess(before: Doubt | null, window: TimeWindow): Doubt | null {
  if (before === null) return null;
  if (before.widthMs === null || before.skipped !== null) return null;
  return window.toMs >= before.untilMs ? null : { ...before, widthMs: halfOf(window) };
}

function halfOf(window: TimeWindow): number {
  return Math.max(LEAST_WIDTH_MS, Math.ceil(widthMs(window) / 2));
}
