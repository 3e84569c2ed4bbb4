import { expect, it } from 'vitest';
import { Bench } from './incident-bench.js';

const MINUTE_MS = 60_000;

it('300 incidents, of which 20 cannot be read, 30 show their alerts late and 30 change in place', () => {
  const bench = new Bench();
  const ids = Array.from({ length: 300 }, (_, at) => String(at));
  const [bad, late, changing] = [ids.slice(0, 20), ids.slice(100, 130), ids.slice(200, 230)];
  for (const id of ids) bench.add(id, { alerts: [1, 2], count: 2 });
  for (const id of bad) bench.change(id, { single: 'CORTEX_SERVER_ERROR' });
  for (const id of late) bench.change(id, { alerts: [1] });
  expect(bench.pull(...ids)).toBe(true);
  expect(bench.sent.length).toBe(2 * 250 + 30);
  const calls = bench.takeCalls();
  // Three batches bring all the others; then one call each, and one in three to see whether any can be read.
  expect(calls.slice(0, 3).every((call) => call.startsWith('batch'))).toBe(true);
  expect(calls).toHaveLength(3 + 50 + 7);
  expect(bench.owed()).toEqual(
    expect.arrayContaining([
      ...bad.map((id) => `${id} refused`),
      ...late.map((id) => `${id} alerts outstanding`),
    ]),
  );
  for (const id of changing) bench.change(id, { alerts: [1, 3], modifiedMs: bench.nowMs + 1 });
  expect(bench.pull(...changing)).toBe(true);
  expect(bench.takeCalls()).toHaveLength(1);
  for (const id of [...bad, ...late]) bench.add(id, { alerts: [1, 2], count: 2 });
  bench.nowMs += MINUTE_MS;
  bench.pull();
  expect(bench.takeCalls().length).toBeLessThanOrEqual(1 + 20);
  expect(bench.owed()).toEqual([]);
  expect(bench.sent).toHaveLength(new Set(bench.sent).size);
  expect(bench.sent).toHaveLength(2 * 300 + 30);
});
