import type { Command } from 'commander';
import { configOption, examples, inputOption } from './command-options.js';
import type { Io } from './io.js';
import type { GlobalOptions } from './program.js';

/** `pause`: let a stream finish the window in hand, then rest until `resume`. */
export function addPause(program: Command, io: Io): void {
  program
    .command('pause')
    .description('let a stream finish the window in hand, then rest until `resume`')
    .argument('<service>', 'stream, as `status` names it')
    .addOption(inputOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      examples('cortex-devo pause incidents', 'cortex-devo pause alerts --input cortex_xdr'),
    )
    .action(async (service: string, options: { config?: string; input?: string }) => {
      const { actOnStream } = await import('./act-on-stream.js');
      const choice = { ...options, ...program.opts<GlobalOptions>(), service };
      await actOnStream(io, choice, () => ({
        command: { signal: 'pause' },
        done: 'pauses after the window in hand',
      }));
    });
}
