import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';

/** A world that takes longer than this never ends, even on a machine that is busy. */
const MOST_MS = 240_000;
const WORKER = join(import.meta.dirname, 'worker.js');

/**
 * Runs seeds in a process for each core, and gives what came of each in the order of the seeds. A seed that fails is
 * run once more, to see that it does so each time.
 */
export async function runSeeds(
  bundle,
  seeds,
  { trace = false, kept = false, stopAtFirst = false, only } = {},
) {
  const outcomes = new Map();
  let waiting = [...seeds];
  let known = new Map();
  const workers = Math.max(1, Math.min(availableParallelism(), seeds.length));
  await Promise.all(Array.from({ length: workers }, () => runWorker()));
  return [...outcomes.values()].sort((a, b) => a.seed - b.seed);

  async function runWorker() {
    let worker = await startWorker(bundle, take);
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const outcome = await ask(worker, { seed, trace, only });
      if (outcome.gone) worker = await startWorker(bundle, take);
      if (isFailure(outcome) && !outcome.gone) {
        const again = await ask(worker, { seed, only });
        outcome.replays = again.hash === outcome.hash;
      }
      const failed = isFailure(outcome) || outcome.replays === false;
      outcomes.set(seed, { ...outcome, failed, known: known.get(seed)?.known });
      if (failed && stopAtFirst) waiting = [];
    }
    worker.kill();
  }

  function take(ready) {
    if (!kept || known.size > 0) return;
    known = new Map(ready.map((each) => [each.seed, each]));
    waiting = [...new Set([...known.keys(), ...waiting])];
  }

  function isFailure({ seed, problems }) {
    return known.get(seed)?.known === undefined && problems.length > 0;
  }
}

async function startWorker(bundle, onReady) {
  const worker = fork(WORKER, [bundle], { execArgv: ['--enable-source-maps'] });
  const { ready } = await new Promise((resolve) => worker.once('message', resolve));
  onReady(ready);
  return worker;
}

async function ask(worker, order) {
  const { seed } = order;
  return await new Promise((resolve) => {
    const end = (outcome) => {
      clearTimeout(timer);
      worker.removeAllListeners();
      resolve(outcome);
    };
    const gone = (text) => {
      worker.kill('SIGKILL');
      const problems = [{ property: 'the simulation itself works', text }];
      end({ seed, gone: true, problems, steps: [] });
    };
    const timer = setTimeout(gone, MOST_MS, `no end within ${MOST_MS / 1_000} s`);
    worker.once('message', end);
    worker.once('exit', (code) => gone(`its process ended with ${code}`));
    worker.send(order);
  });
}
