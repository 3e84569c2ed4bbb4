import type { Command } from 'commander';
import { configOption, examples, jsonOption } from './command-options.js';
import type { Io } from './io.js';
import { loadForCommand } from './load-for-command.js';
import type { GlobalOptions } from './program.js';

interface ApplyOptions {
  readonly config?: string;
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly json?: boolean;
}

/** `apply`: brings the streams that run in line with the config file. */
export function addApply(program: Command, io: Io): void {
  program
    .command('apply')
    .description('bring the streams that run in line with the config file')
    .addOption(configOption())
    .option('--dry-run', 'print the plan and change nothing')
    .option('--prune', 'also stop what other collectors started on this task queue')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'cortex-devo apply --dry-run',
        'cortex-devo apply --config config/config.yaml',
        'cortex-devo apply --dry-run --json',
      ),
    )
    .action(async (options: ApplyOptions) => {
      const [{ withSession }, { executeApply, planApply }, { planJson, planLines }] =
        await Promise.all([
          import('./with-session.js'),
          import('../worker/apply.js'),
          import('./plan-lines.js'),
        ]);
      const given = { ...options, ...program.opts<GlobalOptions>() };
      const config = await loadForCommand(io, given);
      await withSession(io, config, given, async (session) => {
        const steps = await planApply(config, session, { prune: options.prune ?? false });
        if (options.dryRun !== true) await executeApply(session, steps);
        const applied = options.dryRun !== true;
        io.print(
          options.json === true
            ? JSON.stringify(planJson(steps, applied), undefined, 2)
            : planLines(steps, io.colors),
        );
      });
    });
}
