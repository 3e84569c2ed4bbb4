import type { Command } from 'commander';
import { durationArgument, examples, factorArgument } from './command-options.js';
import type { Io } from './io.js';
import type { GlobalOptions } from './program.js';

interface DemoCommandOptions {
  readonly for?: number;
  readonly speed: number;
  readonly dir?: string;
  readonly keep?: boolean;
}

/** `demo`: the whole collector between a simulated tenant and a simulated Devo. */
export function addDemo(program: Command, io: Io): void {
  program
    .command('demo')
    .description('show it at work between a simulated tenant and Devo')
    .option('--for <duration>', 'end after this time (default: at Ctrl-C)', durationArgument)
    .option('--speed <factor>', 'how fast new records appear', factorArgument, 1)
    .option('--dir <folder>', 'work in this folder and leave it (default: a temporary one)')
    .option('--keep', 'leave the temporary folder with config, state and log')
    .addHelpText('after', examples('cortex-devo demo', 'cortex-devo demo --for 60s --speed 5'))
    .action(async ({ for: forMs, ...options }: DemoCommandOptions) => {
      const { runDemo } = await import('./demo-run.js');
      const { debug } = program.opts<GlobalOptions>();
      await runDemo(io, {
        forMs,
        speed: options.speed,
        dir: options.dir,
        keep: options.keep === true,
        debug: debug === true,
      });
    });
}
