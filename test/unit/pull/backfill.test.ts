import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backfillIdOf, cutLanes, shareDone } from '../../../src/pull/backfill.js';

const range = fc
  .tuple(fc.integer({ min: 1, max: 2_000_000_000_000 }), fc.integer({ min: 0, max: 100_000_000 }))
  .map(([fromMs, width]) => ({ fromMs, toMs: fromMs + width }));

test('lanes are adjacent, cover the range, and none is empty', () => {
  fc.assert(
    fc.property(range, fc.integer({ min: 1, max: 8 }), (asked, lanes) => {
      const parts = cutLanes(asked, lanes);
      expect(parts.length).toBeLessThanOrEqual(lanes);
      expect(parts[0]?.fromMs).toBe(asked.fromMs);
      expect(parts.at(-1)?.toMs).toBe(asked.toMs);
      for (const [at, part] of parts.entries()) {
        expect(part.toMs).toBeGreaterThanOrEqual(part.fromMs);
        if (at > 0) expect(part.fromMs).toBe((parts[at - 1]?.toMs ?? 0) + 1);
      }
    }),
  );
});

test('the share done counts the time of all lanes', () => {
  const lane = (confirmedToMs: number) => ({ fromMs: 1_000, toMs: 1_999, confirmedToMs });
  expect(shareDone([lane(999), lane(999)])).toBe(0);
  expect(shareDone([lane(1_499), lane(999)])).toBe(0.25);
  expect(shareDone([lane(1_999), lane(5_000)])).toBe(1);
});

test('the id says what is pulled, and its end as it was asked for', () => {
  const identity = { input: 'cortex_xdr', inputId: '1', stream: 'alerts' } as const;
  const asked = { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2026, 1, 1) - 1 };
  expect(backfillIdOf(identity, asked)).toBe(
    'backfill/cortex_xdr/1/alerts/2026-01-01T00:00:00Z/2026-02-01T00:00:00Z',
  );
});
