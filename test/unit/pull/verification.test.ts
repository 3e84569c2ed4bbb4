import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  duePulls,
  EMPTY_LEDGER,
  judge,
  MOST_PENDING,
  nextLookMs,
  noteDelivered,
  noteVerdicts,
  verifiedToMs,
} from '../../../src/pull/verification.js';
import type { TagVerdict, VerifyLedger } from '../../../src/pull/verification.js';

const MINUTE_MS = 60_000;
const TAG = 'a.b';
const WINDOW = { fromMs: 100, toMs: 200 };
const pull = (pullingId: number, events: Record<string, number> = { [TAG]: 10 }) => ({
  ...{ pullingId, window: WINDOW, events },
});
const ledgerOf = (...pulls: ReturnType<typeof pull>[]) =>
  pulls.reduce<VerifyLedger>((ledger, each) => noteDelivered(ledger, each, 0), EMPTY_LEDGER);

/** A round in which each tag of each due pull shows so many events; null: it could not be counted. */
function round(ledger: VerifyLedger, atMs: number, found: (tag: string) => number | null) {
  const verdicts = duePulls(ledger, atMs).flatMap(({ pullingId, events, looks, complete }) =>
    Object.entries(events)
      .filter(([tag]) => !complete.includes(tag))
      .map(([tag, delivered]): TagVerdict => {
        const count = found(tag);
        const verdict =
          count === null
            ? ({ outcome: 'unknown', found: null, code: 'X' } as const)
            : judge(delivered, count, looks[tag], atMs);
        return { ...verdict, pullingId, tag };
      }),
  );
  return noteVerdicts(ledger, { atMs, verdicts });
}

describe('a pull is looked for', () => {
  it('and is complete with as many events as were delivered, or more, which are doubled', () => {
    const { ledger, settled } = round(ledgerOf(pull(1)), 0, () => 12);
    expect(settled).toMatchObject([{ pullingId: 1, outcome: 'complete', doubled: 2, missing: 0 }]);
    expect(ledger).toEqual({
      pending: [],
      totals: { verified: 1, missing: 0, doubled: 2, unverified: 0 },
    });
  });

  it('and lacks events only after two equal counts five minutes apart', () => {
    const first = round(ledgerOf(pull(1)), 0, () => 8);
    expect(first.settled).toEqual([]);
    expect(nextLookMs(first.ledger)).toBe(5 * MINUTE_MS);
    const second = round(first.ledger, 5 * MINUTE_MS, () => 8);
    expect(second.settled).toMatchObject([
      { pullingId: 1, window: WINDOW, outcome: 'missing', missing: 2 },
    ]);
    expect(second.ledger).toMatchObject({ pending: [], totals: { missing: 2, verified: 0 } });
  });

  it('and does not lack what is still coming in', () => {
    let ledger = ledgerOf(pull(1));
    for (const [at, found] of [2, 5, 8, 9].entries()) {
      const after = round(ledger, at * 5 * MINUTE_MS, () => found);
      expect(after.settled).toEqual([]);
      ledger = after.ledger;
    }
    expect(round(ledger, 60 * MINUTE_MS, () => 10).settled).toMatchObject([
      { outcome: 'complete' },
    ]);
  });

  it('and lacks nothing by equal counts in quick succession', () => {
    expect(judge(10, 8, { found: 8, atMs: 0 }, 5 * MINUTE_MS - 1).outcome).toBe('unknown');
    expect(judge(10, 8, { found: 8, atMs: 0 }, 5 * MINUTE_MS).outcome).toBe('missing');
  });

  it('and stays unknown for as long as it cannot be counted, with growing waits up to an hour', () => {
    let ledger = ledgerOf(pull(1));
    let atMs = 0;
    const waits: number[] = [];
    for (let rounds = 0; rounds < 7; rounds++) {
      const after = round(ledger, atMs, () => null);
      expect(after.settled).toEqual([]);
      ledger = after.ledger;
      waits.push(((nextLookMs(ledger) ?? 0) - atMs) / MINUTE_MS);
      atMs = nextLookMs(ledger) ?? 0;
    }
    expect(waits).toEqual([5, 10, 20, 40, 60, 60, 60]);
    expect(ledger.totals).toEqual(EMPTY_LEDGER.totals);
  });

  it('and is whole only when each of its tables is, which are asked for until then', () => {
    const twoTags = ledgerOf(pull(1, { [TAG]: 10, 'c.d': 5 }));
    const first = round(twoTags, 0, (tag) => (tag === TAG ? 11 : null));
    expect(first.settled).toEqual([]);
    expect(first.ledger.pending).toMatchObject([{ complete: [TAG] }]);
    const second = round(first.ledger, 5 * MINUTE_MS, () => 5);
    expect(second.settled).toMatchObject([{ outcome: 'complete', doubled: 1 }]);
  });

  it('anew when a later part of it is delivered', () => {
    const { ledger } = round(ledgerOf(pull(1)), 0, () => 8);
    const later = { ...pull(1), window: { fromMs: 201, toMs: 300 } };
    const joined = noteDelivered(ledger, later, 7);
    expect(joined.pending).toMatchObject([
      { events: { [TAG]: 20 }, window: { fromMs: 100, toMs: 300 }, looks: {}, nextMs: 7 },
    ]);
  });
});

describe('the ledger', () => {
  it('gives up the oldest pulls where too many are pending, and says how many', () => {
    const ids = Array.from({ length: MOST_PENDING + 3 }, (_each, at) => at);
    const ledger = ledgerOf(...ids.map((id) => pull(id)));
    expect(ledger.pending).toHaveLength(MOST_PENDING);
    expect(ledger.pending[0]?.pullingId).toBe(3);
    expect(ledger.totals.unverified).toBe(3);
    expect(JSON.stringify(ledger).length).toBeLessThan(100_000);
  });

  it('is verified up to the first pull that is pending', () => {
    const ledger = ledgerOf({ ...pull(1), window: { fromMs: 500, toMs: 600 } });
    expect(verifiedToMs(ledger, 700)).toBe(499);
    expect(verifiedToMs(ledger, 300)).toBe(300);
    expect(verifiedToMs(EMPTY_LEDGER, 700)).toBe(700);
  });

  it('finds nothing missing that all counts from some moment on show, whatever comes between', () => {
    const counts = fc.array(fc.option(fc.integer({ min: 0, max: 9 })), { maxLength: 20 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 600_000 }), (found, stepMs) => {
        let ledger = ledgerOf(pull(1));
        let before: { count: number; atMs: number } | undefined;
        for (const [at, count] of found.entries()) {
          const atMs = at * stepMs;
          const isDue = duePulls(ledger, atMs).length > 0;
          const after = round(ledger, atMs, () => count);
          ledger = after.ledger;
          if (after.settled.length > 0) {
            expect(before?.count).toBe(count);
            expect(atMs - (before?.atMs ?? atMs)).toBeGreaterThanOrEqual(5 * MINUTE_MS);
            return;
          }
          if (isDue && count !== null && before?.count !== count) before = { count, atMs };
        }
        expect(ledger.totals.missing).toBe(0);
      }),
    );
  });
});
