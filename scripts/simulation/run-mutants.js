import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { bundleSimulation, ROOT } from './bundle.js';
import { MUTANTS, mutate } from './mutants.js';
import { runSeeds } from './run-seeds.js';

/** Runs each mutant until a seed notices it, and prints a table; how many were not noticed. */
export async function runMutants(seeds, only) {
  let left = 0;
  const product = await bundleSimulation();
  print('| mutant | faults drawn | seed | seconds | what did not hold |\n|---|---|---|---|---|');
  for (const mutant of MUTANTS.filter(({ name }) => name.includes(only))) {
    const begun = performance.now();
    const row = await tryMutant(mutant, seeds, product);
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
    if (row.seed === 'none') left += 1;
    const faults = mutant.faults?.join(', ') ?? 'all';
    print(`| ${mutant.name} | ${faults} | ${row.seed} | ${seconds} | ${row.text} |`);
  }
  return left;
}

async function tryMutant(mutant, seeds, product) {
  try {
    const bundle = await bundleSimulation({ plugins: [mutate(mutant, ROOT)] });
    const options = { stopAtFirst: true, only: mutant.faults };
    for (let rest = seeds; rest.length > 0;) {
      const outcomes = await runSeeds(bundle, rest, options);
      const found = outcomes.find(({ failed }) => failed);
      if (found === undefined) break;
      // What fails without the mutant, too, tells nothing of it.
      const [without] = await runSeeds(product, [found.seed], options);
      if (!without.failed) return { seed: found.seed, text: wordsOf(found) };
      rest = rest.filter((seed) => seed > found.seed);
    }
    return { seed: 'none', text: '' };
  } catch (error) {
    return { seed: 'none', text: `does not apply: ${error.message.split('\n')[0]}` };
  }
}

function wordsOf({ problems: [first] }) {
  if (first === undefined) return 'it replays exactly';
  return `${first.property}: ${first.text.split('\n')[0].slice(0, 100)}`;
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
