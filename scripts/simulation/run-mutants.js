import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { bundleSimulation, ROOT } from './bundle.js';
import { MUTANTS, mutate } from './mutants.js';
import { runSeeds } from './run-seeds.js';

/** Runs each mutant until a seed notices it, and prints a table; how many were not noticed. */
export async function runMutants(seeds, only) {
  let left = 0;
  print('| mutant | seed | seconds | what did not hold |\n|---|---|---|---|');
  for (const mutant of MUTANTS.filter(({ name }) => name.includes(only))) {
    const begun = performance.now();
    const row = await tryMutant(mutant, seeds);
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
    if (row.seed === 'none') left += 1;
    print(`| ${mutant.name} | ${row.seed} | ${seconds} | ${row.text} |`);
  }
  return left;
}

async function tryMutant(mutant, seeds) {
  try {
    const bundle = await bundleSimulation({ plugins: [mutate(mutant, ROOT)] });
    const outcomes = await runSeeds(bundle, seeds, { stopAtFirst: true });
    const found = outcomes.find(({ failed }) => failed);
    if (found === undefined) return { seed: 'none', text: '' };
    const { property, text } = found.problems[0] ?? { property: 'it replays exactly', text: '' };
    return { seed: found.seed, text: `${property}: ${text.split('\n')[0].slice(0, 100)}` };
  } catch (error) {
    return { seed: 'none', text: `does not apply: ${error.message.split('\n')[0]}` };
  }
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
