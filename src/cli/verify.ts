import type { Command } from 'commander';
import { configOption, examples, inputOption, jsonOption } from './command-options.js';
import type { Io } from './io.js';
import type { GlobalOptions } from './program.js';

interface VerifyOptions {
  readonly config?: string;
  readonly input?: string;
  readonly output?: string;
  readonly from: string;
  readonly to: string;
  readonly repair?: boolean;
  readonly json?: boolean;
}

/** `verify`: what the API has and what Devo has of a range, day by day. */
export function addVerify(program: Command, io: Io): void {
  program
    .command('verify')
    .description(
      'compare a range of the past at the API with what Devo has; exit 1 if it lacks any',
    )
    .argument('<stream>', 'stream, as `status` names it')
    .requiredOption('--from <time>', 'first moment of the range: ISO 8601 (UTC) or epoch ms')
    .requiredOption('--to <time>', 'end of the range, which is not part of it')
    .option('--repair', 'start backfills of what is missing')
    .option('--output <name>', 'output of the config file (default: each that has `verify`)')
    .addOption(inputOption())
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      examples(
        'cortex-devo verify alerts --from 2026-01-01 --to 2026-02-01',
        'cortex-devo verify incidents --from 2026-01-25 --to 2026-02-01 --repair',
      ),
    )
    .action(async (stream: string, options: VerifyOptions) => {
      const { runVerify } = await import('./run-verify.js');
      await runVerify(io, { ...options, ...program.opts<GlobalOptions>(), stream });
    });
}
