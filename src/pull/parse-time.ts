const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
/** 2000-01-01: a smaller number is seconds by mistake, never the epoch ms of an event. */
const LEAST_MS = 946_684_800_000;

/**
 * Reads a time as people type it: ISO 8601 (a date, or a date and time; UTC where no zone is given) or
 * epoch ms as number or digits. Returns epoch ms, or undefined for anything else.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'number') return plausible(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d{12,14}$/.test(text)) return plausible(Number(text));
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const hasTime = match[1] !== undefined;
  const hasZone = match[4] !== undefined;
  return plausible(Date.parse(hasTime && !hasZone ? `${text}Z` : text));
}

function plausible(ms: number): number | undefined {
  return Number.isInteger(ms) && ms >= LEAST_MS ? ms : undefined;
}
