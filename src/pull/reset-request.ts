import { parseTime } from './parse-time.js';

/** A `resetPersistence` that was understood. */
export interface Reset {
  /** Epoch ms; undefined: as the config has it. */
  readonly startTimeMs: number | undefined;
  readonly requestId: string | undefined;
}

/** It, or why it was not understood. */
export type ParsedReset = Reset | { readonly problem: string };

const EXAMPLE = '{"startTime": "2026-01-31T00:00:00Z"}';
/** How keys that are wrong usually begin, without case and punctuation, and which was meant. */
const MEANT = [
  [/^(start|from|since|time|date)/, 'startTime'],
  [/^(request|id)/, 'requestId'],
] as const;

/** Reads the payload of `resetPersistence`; whatever is not understood as a whole is refused. */
export function parseReset(request: unknown, nowMs: number): ParsedReset {
  if (request === undefined || request === null) {
    return { startTimeMs: undefined, requestId: undefined };
  }
  if (typeof request !== 'object' || Array.isArray(request)) {
    const found = Array.isArray(request) ? 'a list' : typeof request;
    return { problem: `found ${found}, expected an object such as ${EXAMPLE}` };
  }
  const { startTime, requestId, ...unknown } = request as Record<string, unknown>;
  const [key] = Object.keys(unknown);
  if (key !== undefined) return { problem: unknownKey(key) };
  if (requestId !== undefined && typeof requestId !== 'string') {
    return { problem: `requestId: found ${JSON.stringify(requestId)}, expected text` };
  }
  if (startTime === undefined) return { startTimeMs: undefined, requestId };
  const startTimeMs = parseTime(startTime);
  if (startTimeMs === undefined) {
    const seconds = typeof startTime === 'number' ? parseTime(startTime * 1_000) : undefined;
    const meant = seconds === undefined ? '' : `; in epoch ms this number of seconds is ${seconds}`;
    const found = JSON.stringify(startTime);
    return { problem: `startTime: found ${found}, expected ISO 8601 or epoch ms${meant}` };
  }
  if (startTimeMs > nowMs) {
    const found = new Date(startTimeMs).toISOString();
    return { problem: `startTime: found ${found}, expected a time not in the future` };
  }
  return { startTimeMs, requestId };
}

function unknownKey(key: string): string {
  const plain = key.toLowerCase().replaceAll(/[^a-z]/g, '');
  const meant = MEANT.find(([begins]) => begins.test(plain))?.[1];
  return meant === undefined
    ? `found the key ${JSON.stringify(key)}, expected startTime alone, such as ${EXAMPLE}`
    : `found the key ${JSON.stringify(key)}, expected ${meant}, such as ${EXAMPLE}`;
}
