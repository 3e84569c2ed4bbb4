import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timeline } from '../../../simulator/timeline.js';

const time = fc.integer({ min: 1, max: 5 });

describe('a timeline', () => {
  it('holds what was put in and not taken out, in order of time and one order of ties', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(time, fc.boolean())), (steps) => {
        const timeline = new Timeline();
        const kept = new Map<number, number>();
        for (const [index, [timeMs, taken]] of steps.entries()) {
          timeline.insert(timeMs, index);
          if (taken) timeline.remove(timeMs, index);
          else kept.set(index, timeMs);
        }
        const order = Array.from({ length: timeline.size }, (_, position) => timeline.at(position));
        const times = order.map((index) => kept.get(index) ?? 0);
        expect([...order].sort()).toEqual([...kept.keys()].sort());
        expect(times).toEqual([...times].sort());
        for (const timeMs of [1, 2, 3, 4, 5]) {
          const first = times.findIndex((other) => other >= timeMs);
          expect(timeline.firstFrom(timeMs)).toBe(first === -1 ? order.length : first);
          expect(timeline.firstAfter(timeMs)).toBe(timeline.firstFrom(timeMs + 1));
        }
      }),
    );
  });

  it('orders ties the same whatever came first', () => {
    const orderOf = (indexes: readonly number[]): number[] => {
      const timeline = new Timeline();
      for (const index of indexes) timeline.insert(7, index);
      return indexes.map((_, position) => timeline.at(position));
    };
    expect(orderOf([0, 1, 2, 3, 4])).toEqual(orderOf([4, 2, 0, 1, 3]));
  });
});
