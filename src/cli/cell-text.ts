import { formatDuration } from '../pull/time-text.js';

/** A duration in a table that is drawn every second: no milliseconds. Both epoch ms. */
export function since(fromMs: number, toMs: number): string {
  return toMs - fromMs < 1_000 ? '0 s' : formatDuration(toMs - fromMs);
}

/** A number with its thousands apart. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** Epoch ms as ISO 8601 in whole seconds. */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** How far something is behind, hours, minutes and seconds: in one form, so that a column of them compares at a glance. */
export function lagText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const two = (part: number) => String(part % 60).padStart(2, '0');
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60))}:${two(seconds)}`;
}
