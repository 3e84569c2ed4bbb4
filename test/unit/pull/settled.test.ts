import { describe, expect, it } from 'vitest';
import { newCheckpoint } from '../../../src/pull/checkpoint.js';
import { keysToKeep, knownKeySet } from '../../../src/pull/keys.js';
import { afterWindow, keysFor, keysSinceMs, nextWindow } from '../../../src/pull/plan.js';
import { clockWarnings, settledPart } from '../../../src/pull/settled.js';

const MINUTE_MS = 60_000;
const SETTLE_MS = 60_000;
const START_MS = 1_000_000_000;

/**
 * Pulls every minute for three hours from a tenant that gets a record every 10 s, each shown up to 30 s late. The
 * host's clock is off by what `offMs` says at a time since the start.
 */
function pullFor(offMs: (sinceMs: number) => number) {
  const records = Array.from({ length: 1_080 }, (_, at) => {
    const timeMs = START_MS + at * 10_000;
    return { key: String(at).padEnd(10, '.'), timeMs, shownMs: timeMs + (at % 4) * 10_000 };
  });
  let checkpoint = newCheckpoint({ startTimeMs: START_MS, configuredStartMs: null });
  const delivered: string[] = [];
  let mostBehindMs = 0;
  for (let pull = 1; pull <= 200; pull++) {
    const tenantMs = START_MS + pull * MINUTE_MS + 137 * (pull % 7);
    const plan = {
      targetMs: tenantMs + offMs(pull * MINUTE_MS) - SETTLE_MS,
      ...{ lookbackMs: 5 * MINUTE_MS, overlapMs: 0 as const },
    };
    const dateMs = Math.floor(tenantMs / 1_000) * 1_000;
    const now = { atLeastMs: dateMs - 50, atMostMs: dateMs + 2_000 };
    for (let readToMs: number | null = null; ;) {
      const asked = nextWindow(checkpoint, { ...plan, readToMs });
      if (asked === null) break;
      const { window, reachedNow } = settledPart(asked, now, SETTLE_MS);
      if (window === null) break;
      const known = knownKeySet(keysFor(window, checkpoint));
      const shown = records.filter(
        ({ timeMs, shownMs }) =>
          shownMs <= tenantMs && timeMs >= window.fromMs && timeMs <= window.toMs,
      );
      const fresh = shown.filter(({ key }) => !known.has(key));
      delivered.push(...fresh.map(({ key }) => key));
      const limits = { sinceMs: keysSinceMs(asked, plan), readToMs: window.toMs, sliceMs: 15_000 };
      const newKeys = keysToKeep(fresh, limits);
      checkpoint = afterWindow(checkpoint, { window, newKeys, records: shown.length }, plan);
      readToMs = window.toMs;
      if (reachedNow) break;
    }
    mostBehindMs = Math.max(mostBehindMs, tenantMs - checkpoint.watermarkMs);
  }
  return { delivered, records: records.map(({ key }) => key), mostBehindMs };
}

describe("a host whose clock is not the tenant's", () => {
  it.each<[string, (sinceMs: number) => number, number]>([
    ['right', () => 0, 61_000],
    ['15 minutes ahead', () => 15 * MINUTE_MS, 62_000],
    ['15 minutes behind', () => -15 * MINUTE_MS, 16 * MINUTE_MS + 1_000],
    ['2 s ahead', () => 2_000, 62_000],
    [
      'ahead by an hour for ten minutes',
      (sinceMs) => (sinceMs > 60 * MINUTE_MS && sinceMs <= 70 * MINUTE_MS ? 60 * MINUTE_MS : 0),
      62_000,
    ],
    [
      'behind by an hour for ten minutes',
      (sinceMs) => (sinceMs > 90 * MINUTE_MS && sinceMs <= 100 * MINUTE_MS ? -60 * MINUTE_MS : 0),
      11 * MINUTE_MS + 2_000,
    ],
    ['going wrong a second a minute', (sinceMs) => sinceMs / 60, 62_000],
  ])('%s delivers every record once', (_, offMs, behindMs) => {
    const { delivered, records, mostBehindMs } = pullFor(offMs);
    expect(delivered.toSorted()).toEqual(records.toSorted());
    expect(mostBehindMs).toBeLessThanOrEqual(behindMs);
  });
});

describe('what of a window is settled', () => {
  const window = { fromMs: 100_000, toMs: 200_000 };

  it('is all of it without a word of the tenant', () => {
    expect(settledPart(window, undefined, 0)).toEqual({ window, reachedNow: false });
  });

  it('is all of it as long as the clocks may agree', () => {
    const now = { atLeastMs: 259_000, atMostMs: 260_000 };
    expect(settledPart(window, now, SETTLE_MS)).toEqual({ window, reachedNow: false });
  });

  it('ends where the tenant surely is, once the host is surely ahead of it', () => {
    const now = { atLeastMs: 250_000.5, atMostMs: 251_000 };
    expect(settledPart(window, now, SETTLE_MS)).toEqual({
      window: { fromMs: 100_000, toMs: 190_000 },
      reachedNow: true,
    });
  });

  it('ends there too where a slow reply leaves much in doubt', () => {
    const now = { atLeastMs: 230_000, atMostMs: 290_000 };
    expect(settledPart(window, now, SETTLE_MS).window?.toMs).toBe(170_000);
  });

  it('is nothing of one that begins later', () => {
    const now = { atLeastMs: 150_000, atMostMs: 151_000 };
    expect(settledPart(window, now, SETTLE_MS)).toEqual({ window: null, reachedNow: true });
  });
});

describe('clocks that differ', () => {
  const now = { atLeastMs: 500_000, atMostMs: 501_000 };

  it.each([
    [531_001, /^CORTEX_CLOCK_DIFFERS: this host's clock is 30 s ahead of the tenant's/],
    [469_999, /^CORTEX_CLOCK_DIFFERS: this host's clock is 30 s behind the tenant's/],
  ])('by more than half of settle are told of: %i', (hostMs, text) => {
    expect(clockWarnings(now, hostMs, SETTLE_MS)[0]).toMatch(text);
  });

  it.each([531_000, 470_000, 500_500])('by less are not: %i', (hostMs) => {
    expect(clockWarnings(now, hostMs, SETTLE_MS)).toEqual([]);
  });

  it('are not told of for a second that the header does not show', () => {
    expect(clockWarnings(now, 502_000, 0)).toEqual([]);
    expect(clockWarnings(undefined, 502_000, 0)).toEqual([]);
  });
});
