import { LIMITS } from './limits.js';

/** Width of a stream's very first window: narrow enough to learn the density from cheaply. */
export const START_STEP_MS = 3_600_000;
/** Widest step: history without records is crossed in a few requests per year. */
export const MOST_STEP_MS = 30 * 24 * 3_600_000;
/** A step grows or shrinks at most this much at once, so that one burst or one gap does not decide alone. */
const MOST_CHANGE = 8;

/**
 * The width of the next window, ms: as wide as `aimedRecords` were in the last one, which held `records`
 * in `readWidthMs`; within an eighth and eight times of `stepMs`, and within 1 ms and 30 days.
 */
export function nextStepMs(
  stepMs: number,
  records: number,
  readWidthMs: number,
  aimedRecords: number = LIMITS.aimedRows,
): number {
  const aimedMs = records === 0 ? Infinity : (readWidthMs * aimedRecords) / records;
  const changedMs = Math.min(stepMs * MOST_CHANGE, Math.max(stepMs / MOST_CHANGE, aimedMs));
  return Math.round(Math.min(MOST_STEP_MS, Math.max(1, changedMs)));
}
