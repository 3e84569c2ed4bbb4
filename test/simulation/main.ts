import { install } from './install.js';
import { SEEDS } from './seeds.js';
import { simulate } from './simulate.js';
import type { Outcome } from './simulate.js';
import { trace } from './trace.js';

/** What the command asks of a process of its own: one seed at a time. */
interface Order {
  readonly seed: number;
  /** All steps go to standard output. */
  readonly trace?: boolean;
  /** Only faults of these kinds. */
  readonly only?: readonly string[];
}

install();
process.on('message', ({ seed, trace: isTraced, only }: Order) => {
  trace.listener = isTraced === true ? (line) => process.stdout.write(`${line}\n`) : undefined;
  const begunMs = cpuMs();
  void outcomeOf(seed, only).then((outcome) =>
    process.send?.({ ...outcome, cpuMs: cpuMs() - begunMs }),
  );
});
process.send?.({ ready: SEEDS });

async function outcomeOf(
  seed: number,
  only: readonly string[] | undefined,
): Promise<Partial<Outcome>> {
  try {
    return await simulate(seed, only);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      seed,
      problems: [{ property: 'the simulation itself works', text }],
      steps: trace.last(),
    };
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
