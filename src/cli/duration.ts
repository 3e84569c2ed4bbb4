const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/;

/**
 * A time as typed, with `-7d`, `-12h` and the like made ISO 8601 in whole seconds; anything else is left to those who
 * read it.
 */
export function absoluteTime(text: string, nowMs: number): string {
  const agoMs = text.startsWith('-') ? parseDurationMs(text.slice(1)) : undefined;
  if (agoMs === undefined) return text;
  return `${new Date(nowMs - agoMs).toISOString().slice(0, 19)}Z`;
}

/** Reads `500ms`, `60s`, `2m`, `1.5h` or `1d` as ms; undefined for anything else and for zero. */
export function parseDurationMs(text: string): number | undefined {
  const match = DURATION.exec(text.trim().toLowerCase());
  if (match === null) return undefined;
  const ms = Math.round(Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS]);
  return ms > 0 ? ms : undefined;
}
