import type { TimeWindow } from './window.js';

/** `01:00:00Z - 01:05:00Z`, with dates where the window spans days. */
export function formatWindow({ fromMs, toMs }: TimeWindow): string {
  const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  const sameDay = from.slice(0, 10) === to.slice(0, 10);
  return sameDay
    ? `${from.slice(0, 19)}Z - ${to.slice(11, 19)}Z`
    : `${from.slice(0, 19)}Z - ${to.slice(0, 19)}Z`;
}

/** A duration as people say it, in its two largest units: `42 s`, `2 h 5 min`, `3 d`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds <= 300) return `${seconds} s`;
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
  ];
  const shown = parts.filter(([count]) => count > 0).slice(0, 2);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}
