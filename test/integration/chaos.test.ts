import { expect, test } from 'vitest';
import { reportLines } from '../chaos/report.js';
import { runChaos } from '../chaos/run-chaos.js';
import { runSlowReceiver } from '../chaos/run-slow-receiver.js';

const print = (line: string) => void process.stdout.write(`${line}\n`);

test('worker, Temporal and receiver disturbed at random over 4,000 alerts with an API full of faults: nothing is lost', async () => {
  const kinds = ['worker and temporal', 'temporal', 'receiver resets'] as const;
  const result = await runChaos({ kills: 3, records: 4_000, seed: 5, kinds, print });
  for (const line of reportLines(result)) print(line);
  const { lost, duplicated, strangers, malformed, cut } = result.reckoning;
  expect({ lost, strangers, malformed }).toEqual({ lost: 0, strangers: 0, malformed: 0 });
  expect(cut).toBeLessThanOrEqual(result.mostCut);
  expect(duplicated).toBeLessThanOrEqual(result.mostDuplicates);
});

test('a slow receiver does not grow the process', async () => {
  const result = await runSlowReceiver({ events: 24_000, bytesPerSecond: 3_000_000 });
  process.stdout.write(`slow receiver: ${JSON.stringify(result)}\n`);
  expect(result).toMatchObject({ lost: 0, duplicated: 0 });
  // All of it in memory, parsed and joined, would be a multiple of this.
  expect(result.peakMb).toBeLessThan(350);
});
