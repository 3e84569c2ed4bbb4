import type { Command } from 'commander';
import { configOption, examples, inputOption } from './command-options.js';
import type { Io } from './io.js';
import type { GlobalOptions } from './program.js';

/** `pull-now`: pull a stream at once instead of at its next period. */
export function addPullNow(program: Command, io: Io): void {
  program
    .command('pull-now')
    .description('pull a stream at once instead of at its next period')
    .argument('<service>', 'stream, as `status` names it')
    .addOption(inputOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      examples('cortex-devo pull-now incidents', 'cortex-devo pull-now alerts --input cortex_xdr'),
    )
    .action(async (service: string, options: { config?: string; input?: string }) => {
      const { actOnStream } = await import('./act-on-stream.js');
      const choice = { ...options, ...program.opts<GlobalOptions>(), service };
      await actOnStream(io, choice, () => ({
        command: { signal: 'pullNow' },
        done: 'pulls now',
      }));
    });
}
