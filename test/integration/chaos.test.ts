import { expect, test } from 'vitest';
import { reportLines } from '../chaos/report.js';
import { runChaos } from '../chaos/run-chaos.js';

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
