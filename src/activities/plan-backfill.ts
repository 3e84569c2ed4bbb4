import { CollectorError } from '../errors/collector-error.js';
import { DEFAULT_LANES, MOST_LANES } from '../pull/backfill.js';
import type { BackfillPlan } from '../pull/backfill.js';
import { parseTime } from '../pull/parse-time.js';
import type { StreamIdentity, StreamSettings } from '../pull/settings.js';
import { overlapMsOf } from '../pull/window.js';
import type { TimeWindow } from '../pull/window.js';
import type { ActivityErrorCode } from './errors.js';

/** One stream of the config. */
export interface KnownStream {
  readonly identity: StreamIdentity;
  readonly settings: StreamSettings;
}

const KEYS = ['input', 'service', 'from', 'to', 'lanes'];
const EXAMPLE = '{"service": "alerts", "from": "2026-01-01", "to": "2026-02-01"}';

/**
 * Joins what an operator typed with the streams of the config. Raises `BACKFILL_REQUEST_INVALID`,
 * `BACKFILL_STREAM_UNKNOWN` or `BACKFILL_RANGE_INVALID`.
 */
export function planBackfill(
  request: unknown,
  streams: readonly KnownStream[],
  nowMs: number,
): BackfillPlan {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    throw invalid('BACKFILL_REQUEST_INVALID', `found ${shown(request)}, expected ${EXAMPLE}`);
  }
  const unknownKey = Object.keys(request).find((key) => !KEYS.includes(key));
  if (unknownKey !== undefined) {
    const expected = KEYS.join(', ');
    throw invalid('BACKFILL_REQUEST_INVALID', `found key "${unknownKey}", expected ${expected}`);
  }
  const { service, input, from, to, lanes } = request as Record<string, unknown>;
  const { identity, settings } = chooseStream(streams, service, input);
  const untilMs = nowMs - settings.settleMs;
  const asked = readRange(from, to, untilMs);
  // A record between the last millisecond of this range and the first one of the next belongs to this one.
  const toMs = asked.toMs + overlapMsOf(identity.stream);
  const range = { fromMs: asked.fromMs, toMs: Math.min(toMs, untilMs) };
  return {
    identity,
    settings: { ...settings, lookbackMs: 0 },
    range,
    // Its times have fractions, so neighbouring parts would share a millisecond's records.
    lanes: identity.stream === 'agent_audits' ? 1 : readLanes(lanes),
    warnings:
      untilMs < asked.toMs
        ? [`cut at ${new Date(untilMs).toISOString()}: what is newer is not settled yet`]
        : [],
  };
}

function chooseStream(
  streams: readonly KnownStream[],
  service: unknown,
  input: unknown,
): KnownStream {
  const named = streams.filter(({ identity }) => identity.stream === service);
  const chosen = named.filter(({ identity }) => input === undefined || identity.input === input);
  const [stream, another] = chosen;
  if (stream !== undefined && another === undefined) return stream;
  const names = (of: readonly KnownStream[], what: 'stream' | 'input') =>
    [...new Set(of.map(({ identity }) => identity[what]))].join(', ');
  if (named.length === 0) {
    const known = names(streams, 'stream');
    throw invalid('BACKFILL_STREAM_UNKNOWN', `service: found ${shown(service)}, expected ${known}`);
  }
  throw invalid(
    'BACKFILL_STREAM_UNKNOWN',
    `input: found ${shown(input)}, expected one of ${names(named, 'input')}`,
  );
}

function readRange(from: unknown, to: unknown, untilMs: number): TimeWindow {
  const read = (name: string, value: unknown) => {
    const ms = parseTime(value);
    if (ms !== undefined) return ms;
    throw invalid(
      'BACKFILL_RANGE_INVALID',
      `${name}: found ${shown(value)}, expected ISO 8601 such as 2026-01-31 or 2026-01-31T08:00:00Z, or epoch ms`,
    );
  };
  const fromMs = read('from', from);
  const toMs = read('to', to) - 1;
  if (fromMs > toMs) {
    throw invalid(
      'BACKFILL_RANGE_INVALID',
      `found from ${shown(from)} to ${shown(to)}, expected from to lie before to`,
    );
  }
  if (fromMs > untilMs) {
    const now = new Date(untilMs).toISOString();
    throw invalid(
      'BACKFILL_RANGE_INVALID',
      `from: found ${shown(from)}, expected a time before ${now}`,
    );
  }
  return { fromMs, toMs };
}

function readLanes(lanes: unknown): number {
  if (lanes === undefined) return DEFAULT_LANES;
  if (typeof lanes === 'number' && Number.isInteger(lanes) && lanes >= 1 && lanes <= MOST_LANES) {
    return lanes;
  }
  throw invalid(
    'BACKFILL_REQUEST_INVALID',
    `lanes: found ${shown(lanes)}, expected a whole number from 1 to ${MOST_LANES}`,
  );
}

/** What was typed, cut to a bearable length. */
function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 100);
}

function invalid(code: ActivityErrorCode, message: string): CollectorError {
  return new CollectorError(code, message, { retry: 'never' });
}
