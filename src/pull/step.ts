/** Rows a window aims at: enough to make a segment worth its round trips, few enough to stay in one. */
const AIM = { least: 2_000, middle: 3_500, most: 5_000 };
/** Most a step grows or shrinks at once, so that one odd window does not throw it far off. */
const FACTOR = 8;
const LONGEST_MS = 30 * 24 * 60 * 60 * 1_000;

/** Width of the next window after one of `widthMs` that held `rows` rows; never outside [1 ms, 30 days]. */
export function nextStepMs(widthMs: number, rows: number): number {
  if (rows >= AIM.least && rows <= AIM.most) return clamp(widthMs);
  const factor = rows === 0 ? FACTOR : AIM.middle / rows;
  return clamp(Math.round(widthMs * Math.min(FACTOR, Math.max(1 / FACTOR, factor))));
}

function clamp(stepMs: number): number {
  return Math.min(LONGEST_MS, Math.max(1, stepMs));
}
