import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from './collecting.js';
import { scenarios } from './scenarios.js';
import type { Kinds } from './scenarios.js';

const RUNS = 250;

const UNDISTURBED: readonly (readonly [string, Kinds])[] = [
  ['records that share milliseconds', {}],
  ['records that show late', { late: true }],
  ['times with fractions', { fractional: true, late: true }],
  ['rows that move while they are read', { modifications: true }],
  ['rows that move, at times with fractions', { modifications: true, fractional: true }],
  ['replies without totals', { nullTotals: true, late: true }],
  ['replies without totals and rows that move', { nullTotals: true, modifications: true }],
  ['no answer behind the saturated total', { offsetCap: true, late: true }],
];

describe('an undisturbed collector', () => {
  it.each(UNDISTURBED)('delivers every record exactly once with %s', async (_, kinds) => {
    await fc.assert(
      fc.asyncProperty(scenarios(kinds), async (scenario) => {
        const { lost, twice } = await collect(scenario);
        expect({ lost, twice }).toEqual({ lost: [], twice: [] });
      }),
      { numRuns: RUNS },
    );
  });

  it('delivers every record exactly once when cycles are given up half-way', async () => {
    await fc.assert(
      fc.asyncProperty(scenarios({ abandoned: true }), async (scenario) => {
        const { lost, twice } = await collect(scenario);
        expect({ lost, twice }).toEqual({ lost: [], twice: [] });
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a collector that crashes between delivery and checkpoint', () => {
  it.each([
    ['records that show late', { crashes: true, late: true }],
    ['times with fractions', { crashes: true, fractional: true, late: true }],
  ] as const)('loses nothing and repeats only the window in hand, with %s', async (_, kinds) => {
    await fc.assert(
      fc.asyncProperty(scenarios(kinds), async (scenario) => {
        const { lost, twice, repeated } = await collect(scenario);
        expect(lost).toEqual([]);
        expect(twice.filter((key) => !repeated.has(key))).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});
