import fc from 'fast-check';
import { LOOKBACK_MS, SETTLE_MS, START_MS } from './collecting.js';
import type { Scenario } from './collecting.js';

/** What a family of scenarios may hold. */
export interface Kinds {
  readonly fractional?: boolean;
  readonly nullTotals?: boolean;
  readonly late?: boolean;
  readonly modifications?: boolean;
  readonly crashes?: boolean;
  readonly abandoned?: boolean;
  /** Offsets behind the saturated total are answered with nothing, and so no tie is larger. */
  readonly offsetCap?: boolean;
}

const PAGE_SIZE = 5;
const SATURATED_AT = 39;

/** Tenants with bursts of ties, late records, rows that move, and cycles at any distance. */
export function scenarios(kinds: Kinds): fc.Arbitrary<Scenario> {
  const fractionMs =
    kinds.fractional === true ? fc.constantFrom(0, 0.25, 0.5, 0.75) : fc.constant(0);
  const burst = fc.record({
    timeMs: fc.tuple(fc.integer({ min: 0, max: 3_500 }), fractionMs).map(([ms, part]) => ms + part),
    count: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 6 }) },
      { weight: 1, arbitrary: fc.integer({ min: 7, max: kinds.offsetCap === true ? 30 : 70 }) },
    ),
    // Late by at most what settle and lookback promise to catch.
    lateMs:
      kinds.late === true ? fc.integer({ min: 0, max: SETTLE_MS + LOOKBACK_MS }) : fc.constant(0),
  });
  const some = <T>(on: boolean | undefined, value: fc.Arbitrary<T>, maxLength: number) =>
    on === true ? fc.array(value, { maxLength }) : fc.constant<T[]>([]);
  return fc
    .record({
      bursts: fc.array(burst, { minLength: 1, maxLength: 25 }),
      gapsMs: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }),
      modifications: some(
        kinds.modifications,
        fc.record({
          request: fc.integer({ min: 1, max: 60 }),
          pick: fc.nat(60),
          count: fc.integer({ min: 1, max: 8 }),
        }),
        25,
      ),
      crashes: some(kinds.crashes, fc.integer({ min: 1, max: 30 }), 3),
      overtaking: fc.array(fc.nat(2), { maxLength: 7 }),
      abandoned: some(
        kinds.abandoned,
        fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 4 })),
        3,
      ),
    })
    .map(({ bursts, abandoned, ...rest }) => ({
      ...rest,
      abandoned: Object.fromEntries(abandoned),
      // One tie in a millisecond stays below the cap also where several bursts meet.
      inserts: (kinds.offsetCap === true ? apart(bursts) : bursts).flatMap(
        ({ timeMs, count, lateMs }) =>
          Array.from({ length: count }, () => ({
            timeMs: START_MS + timeMs,
            showMs: START_MS + Math.ceil(timeMs) + lateMs,
          })),
      ),
      options: {
        pageSize: PAGE_SIZE,
        saturatedAt: SATURATED_AT,
        offsetCap: kinds.offsetCap === true ? SATURATED_AT + 1 : Infinity,
        nullTotals: kinds.nullTotals === true,
        fractional: kinds.fractional === true,
      },
    }));
}

/** Bursts at distinct times, with a free millisecond between two of them. */
function apart<B extends { timeMs: number }>(bursts: readonly B[]): B[] {
  const taken = new Set<number>();
  return bursts.filter(({ timeMs }) => {
    const ms = Math.floor(timeMs / 3);
    if (taken.has(ms)) return false;
    taken.add(ms);
    return true;
  });
}
