import type { Command } from 'commander';
import { ConfigError } from '../config/errors.js';
import type { CollectorConfig, ConfigWarning } from '../config/model.js';
import type { CheckResult } from './checks.js';
import { configOption, examples, jsonOption } from './command-options.js';
import { cliError } from './errors.js';
import type { Io } from './io.js';
import { loadForCommand } from './load-for-command.js';
import type { GlobalOptions } from './program.js';

interface ValidateOptions {
  readonly config?: string;
  readonly offline?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `validate`: the config file, then what it points to. */
export function addValidate(program: Command, io: Io): void {
  program
    .command('validate')
    .description('check the config file, the credentials and the outputs')
    .addOption(configOption())
    .option('--offline', 'check the config file only')
    .option('--strict', 'take warnings, such as unknown keys, for mistakes')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'cortex-devo validate --config config/config.yaml',
        'cortex-devo validate --offline --strict',
      ),
    )
    .action(async (options: ValidateOptions) => {
      const warnings: ConfigWarning[] = [];
      const printJson = (report: object) => {
        if (options.json === true) io.print(JSON.stringify({ ...report, warnings }, undefined, 2));
      };
      const config = await loadForCommand(io, {
        ...options,
        ...program.opts<GlobalOptions>(),
        onWarnings: (found) => warnings.push(...found),
      }).catch((error: unknown) => {
        printJson({ checks: [], problems: error instanceof ConfigError ? error.problems : [] });
        throw error;
      });
      const serious = warnings.filter(({ severity }) => severity === 'warning').length;
      if (options.strict === true && serious > 0) {
        printJson({ checks: [], problems: [] });
        throw cliError('CONFIG_WARNINGS', `found ${serious} warnings, expected none with --strict`);
      }
      const checks = options.offline === true ? [] : await checksOf(config, io);
      const { checkLine, runChecks } = await import('./checks.js');
      const show = (result: CheckResult) => {
        if (options.json !== true) io.print(checkLine(result, io.colors));
      };
      const sound: CheckResult = { name: `config (${config.paths.configFile})`, ok: true };
      show(sound);
      const results = [sound, ...(await runChecks(checks, show))];
      printJson({ checks: results, problems: [] });
      const failed = results.filter(({ ok }) => !ok).length;
      if (failed > 0) {
        throw cliError('VALIDATE_FAILED', `${failed} of ${results.length} checks failed`);
      }
    });
}

async function checksOf(config: CollectorConfig, io: Io) {
  const { configChecks } = await import('./config-checks.js');
  return configChecks(config, () => io.nowMs());
}
