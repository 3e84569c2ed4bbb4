import type { CollectState } from './state.js';
import { watermarkMs } from './state.js';

/** The steps: a changed value costs a history event, so an idle stream must not change it every cycle. */
const STEPS_SECONDS = [0, 600, 1_800, 3_600, 6 * 3_600, 24 * 3_600, 7 * 24 * 3_600];

/** Lag behind what could have been delivered by now (period and settle are not lag), as the step below it. */
export function lagSeconds(state: CollectState, nowMs: number): number {
  const { periodMs, settleMs } = state.settings;
  const behind = (nowMs - watermarkMs(state) - periodMs - settleMs) / 1_000;
  return STEPS_SECONDS.findLast((step) => step <= Math.max(0, behind)) ?? 0;
}
