import type { Command } from 'commander';
import { configOption, examples } from './command-options.js';
import type { Io } from './io.js';
import type { GlobalOptions } from './program.js';

/** `up`: everything a single host needs, until it is told to stop. */
export function addUp(program: Command, io: Io): void {
  program
    .command('up')
    .description('run the collector: Temporal, worker and streams in one process')
    .addOption(configOption())
    .addHelpText(
      'after',
      examples(
        'cortex-devo up --config config/config.yaml',
        'TEMPORAL_ADDRESS=temporal.internal:7233 cortex-devo up',
      ),
    )
    .action(async (options: { config?: string }) => {
      const { runWorker } = await import('./run-worker.js');
      const { debug } = program.opts<GlobalOptions>();
      await runWorker(io, { ...options, debug: debug === true, apply: true });
    });
}
