import type { Command } from 'commander';
import { configOption, examples } from './command-options.js';
import type { Io } from './io.js';
import type { GlobalOptions } from './program.js';

/** `worker`: the half of `up` that does the work; several may run on one cluster. */
export function addWorker(program: Command, io: Io): void {
  program
    .command('worker')
    .description('run a worker only; `apply` starts the streams')
    .addOption(configOption())
    .addHelpText(
      'after',
      examples('TEMPORAL_ADDRESS=temporal.internal:7233 cortex-devo worker --config config.yaml'),
    )
    .action(async (options: { config?: string }) => {
      const { runWorker } = await import('./run-worker.js');
      const { debug } = program.opts<GlobalOptions>();
      await runWorker(io, { ...options, debug: debug === true, apply: false });
    });
}
