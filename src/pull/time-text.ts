import { widthMs } from './window.js';
import type { TimeWindow } from './window.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * A window as Temporal UI shows it: `01:00:00Z - 01:05:00Z`. The dates are shown too where the window
 * touches another UTC day than that of `nowMs` (without it: than its own first day), milliseconds where it is
 * narrower than two seconds.
 */
export function formatWindow(window: TimeWindow, nowMs: number = window.fromMs): string {
  const { fromMs, toMs } = window;
  const withDate = dayOf(fromMs) !== dayOf(nowMs) || dayOf(toMs) !== dayOf(nowMs);
  const withMs = widthMs(window) < 2 * SECOND_MS;
  const format = (ms: number) => {
    const [date = '', time = ''] = new Date(ms).toISOString().split('T');
    return `${withDate ? `${date} ` : ''}${withMs ? time : time.replace(/\.\d+Z$/, 'Z')}`;
  };
  return `${format(fromMs)} - ${format(toMs)}`;
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** A duration in its two largest units: `250 ms`, `300 s`, `15 min`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < SECOND_MS) return `${Math.round(durationMs)} ms`;
  // Periods and timeouts are set in seconds, so they are shown in seconds up to ten minutes.
  const seconds = Math.round(durationMs / SECOND_MS);
  if (seconds < 600) return `${seconds} s`;
  const minutes = Math.round(durationMs / MINUTE_MS);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return inUnits(minutes, 60, 'h', 'min');
  return inUnits(Math.round(durationMs / HOUR_MS), 24, 'd', 'h');
}

function inUnits(amount: number, perLarge: number, large: string, small: string): string {
  const rest = amount % perLarge;
  const whole = `${Math.floor(amount / perLarge)} ${large}`;
  return rest === 0 ? whole : `${whole} ${rest} ${small}`;
}
