/** Longest pause a server may ask for; more is taken as this. */
const MOST_MS = 600_000;

/** Reads a `Retry-After` header, seconds or HTTP date, as ms from now; undefined where it says nothing. */
export function retryAfterMs(header: unknown, nowMs: number): number | undefined {
  if (typeof header !== 'string' || header.trim() === '') return undefined;
  const ms = /^\d+(\.\d+)?$/.test(header.trim())
    ? Number(header) * 1_000
    : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(MOST_MS, Math.max(0, ms));
}
