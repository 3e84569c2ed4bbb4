// npm run simulate -- [--seeds N] [--from S] [--seed S] [--trace] [--faults KIND,KIND] [--mutants [--only TEXT]]
// Lives through N worlds, each drawn from its seed, and prints what came of them; --seed S replays one. --mutants
// takes protections out of the product, one at a time, and prints which seed notices.
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { bundleSimulation } from './simulation/bundle.js';
import { runMutants } from './simulation/run-mutants.js';
import { runSeeds } from './simulation/run-seeds.js';
import { printFailure, printFigures, printReplay } from './simulation/report.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    faults: { type: 'string' },
  },
});

const one = values.seed === undefined ? undefined : Number(values.seed);
const from = one ?? Number(values.from);
const count = one === undefined ? Number(values.seeds) : 1;
const seeds = Array.from({ length: count }, (_, n) => from + n);

if (values.mutants) {
  const left = await runMutants(seeds, values.only);
  process.exit(left > 0 ? 1 : 0);
}
const bundle = await bundleSimulation();
const begun = performance.now();
const outcomes = await runSeeds(bundle, seeds, {
  trace: values.trace,
  kept: one === undefined,
  only: values.faults?.split(','),
});
const failed = outcomes.filter(({ failed: isFailed }) => isFailed);
for (const outcome of failed.slice(0, 10)) printFailure(outcome);
if (one !== undefined) outcomes.forEach(printReplay);
printFigures(outcomes, (performance.now() - begun) / 1_000);
process.exitCode = failed.length > 0 ? 1 : 0;
