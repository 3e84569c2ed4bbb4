const ISO =
  /^(?<date>\d{4}-\d{2}-\d{2})(?<time>T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(?<zone>Z|[+-]\d{2}:?\d{2})?)?$/;
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
  const parts = ISO.exec(text)?.groups;
  if (parts === undefined || !isCalendarDay(parts.date ?? '')) return undefined;
  const isLocal = parts.time !== undefined && parts.zone === undefined;
  return plausible(Date.parse(isLocal ? `${text}Z` : text));
}

/** Date.parse takes 30 February for 2 March. */
function isCalendarDay(date: string): boolean {
  const ms = Date.parse(date);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}

function plausible(ms: number): number | undefined {
  return Number.isInteger(ms) && ms >= LEAST_MS ? ms : undefined;
}
