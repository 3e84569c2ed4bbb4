import type { StreamName } from './settings.js';

/** A closed range of time: both ends belong to it, as the API's `gte` and `lte` have it. Epoch ms. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Width of a window in ms; a window of one millisecond has width 1. */
export function widthMs(window: TimeWindow): number {
  return window.toMs - window.fromMs + 1;
}

/**
 * Milliseconds that neighbouring windows of a stream share. `agent_audits` has times with fractions and
 * whole-numbered filters: a record at 100.4 is neither in `[..., 100]` nor in `[101, ...]`, so there the
 * next window begins with the last millisecond of the one before, and keys tell the records in both.
 */
export function overlapMsOf(stream: StreamName): OverlapMs {
  return stream === 'agent_audits' ? 1 : 0;
}

/** See `overlapMsOf`. */
export type OverlapMs = 0 | 1;

/** The narrowest window that still leads on to a next one that begins later, in ms. */
export function narrowestMs(overlapMs: OverlapMs): number {
  return 1 + overlapMs;
}

/** The lower half of a window, at least `leastMs` wide. */
export function lowerHalf(window: TimeWindow, leastMs: number): TimeWindow {
  const halfMs = Math.max(leastMs, Math.floor(widthMs(window) / 2));
  return { fromMs: window.fromMs, toMs: Math.min(window.toMs, window.fromMs + halfMs - 1) };
}

/** What is left of a window after its lower part was read up to `readToMs`; null: nothing. */
export function restOf(
  window: TimeWindow,
  readToMs: number,
  overlapMs: OverlapMs,
): TimeWindow | null {
  if (readToMs >= window.toMs) return null;
  return { fromMs: Math.max(window.fromMs, readToMs + 1 - overlapMs), toMs: window.toMs };
}
