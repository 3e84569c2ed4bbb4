import type { Command } from 'commander';
import { configOption, examples, inputOption } from './command-options.js';
import type { Io } from './io.js';
import type { GlobalOptions } from './program.js';

/** `resume`: end a pause, or the wait after an error. */
export function addResume(program: Command, io: Io): void {
  program
    .command('resume')
    .description('end a pause, or the wait after an error')
    .argument('<service>', 'stream, as `status` names it')
    .addOption(inputOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      examples('cortex-devo resume incidents', 'cortex-devo resume alerts --input cortex_xdr'),
    )
    .action(async (service: string, options: { config?: string; input?: string }) => {
      const { actOnStream } = await import('./act-on-stream.js');
      const choice = { ...options, ...program.opts<GlobalOptions>(), service };
      await actOnStream(io, choice, () => ({
        command: { signal: 'resume' },
        done: 'goes on',
      }));
    });
}
