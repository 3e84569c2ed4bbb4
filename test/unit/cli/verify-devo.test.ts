import { expect, it, onTestFinished } from 'vitest';
import { openDevoTable } from '../../../src/cli/verify-devo.js';
import { startQueryServer } from '../../../simulator/query/query-server.js';
import { clientOf, NEVER } from '../devo/query-harness.js';

const DAY_MS = 86_400_000;
const START_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 3 * DAY_MS;
const IDENTITY = { tag: 'a.b', key: ['id'], time: 'at', only: [], replaced: false };

/** Two days of events, one every ten minutes, and the table that they are in. */
async function openTable(mostRows: number, events: object[] = []) {
  let nowMs: number | undefined = START_MS;
  const devo = await startQueryServer({ now: () => nowMs ?? Date.now() });
  onTestFinished(async () => await devo.stop());
  for (let id = 0; id < 288; id++) {
    nowMs = START_MS + id * 600_000;
    devo.accept('a.b', JSON.stringify({ id, at: nowMs }));
  }
  for (const event of events) devo.accept('a.b', JSON.stringify(event));
  nowMs = undefined;
  return await openDevoTable(clientOf(devo, { mostRows }), IDENTITY, NEVER);
}

const RANGE = { fromMs: START_MS, untilMs: START_MS + 2 * DAY_MS };

it('a day with too many records for one answer is read in parts, each record once', async () => {
  const table = await openTable(50);
  const days: number[] = [];
  await table.read(RANGE, (ms) => days.push(ms));
  expect(days).toEqual([START_MS, START_MS + DAY_MS]);
  expect(table.records.size).toBe(288);
  expect([...table.records.values()].every(({ events }) => events === 1)).toBe(true);
});

it('more records in a minute than an answer holds are raised', async () => {
  const table = await openTable(1);
  const reading = table.read(RANGE, () => undefined);
  await expect(reading).rejects.toMatchObject({ code: 'DEVO_QUERY_TRUNCATED' });
});

it('a key that a number cannot hold exactly is raised, not mistaken for another', async () => {
  const table = await openTable(1_000, [{ id: 2 ** 53 + 2, at: START_MS }]);
  const reading = table.read(RANGE, () => undefined);
  await expect(reading).rejects.toMatchObject({ code: 'DEVO_QUERY_REPLY' });
});
