import { expect, test } from 'vitest';
import { reportLines } from './report.js';
import { runChaos } from './run-chaos.js';

/** What a kill may cost, waits of the collector and an outage included. */
const PER_KILL_MS = 90_000;

const kills = Number(process.env.CHAOS_KILLS ?? 50);
const records = Number(process.env.CHAOS_RECORDS ?? 50_000);
const seed = Number(process.env.CHAOS_SEED ?? 1);
const print = (line: string) => void process.stdout.write(`${line}\n`);

test(
  `${kills} kills over ${records} alerts, seed ${seed}: nothing is lost`,
  { timeout: 300_000 + kills * PER_KILL_MS },
  async () => {
    const result = await runChaos({ kills, records, seed, print });
    for (const line of reportLines(result)) print(line);
    const { lost, duplicated, strangers, malformed, cut } = result.reckoning;
    expect({ lost, strangers, malformed }).toEqual({ lost: 0, strangers: 0, malformed: 0 });
    expect(cut).toBeLessThanOrEqual(result.mostCut);
    expect(duplicated).toBeLessThanOrEqual(result.mostDuplicates);
  },
);
