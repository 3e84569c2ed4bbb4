import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addApply } from './apply.js';
import { addBackfill } from './backfill.js';
import { examples } from './command-options.js';
import { addDemo } from './demo.js';
import { addCompletion } from './completion.js';
import { addExplain } from './explain.js';
import { addHealth } from './health.js';
import { addInit } from './init.js';
import type { Io } from './io.js';
import { exitCodeOf, reportError } from './report-error.js';
import { addReset } from './reset.js';
import { addSimulator } from './simulator.js';
import { addStatus } from './status.js';
import { addSteering } from './steer.js';
import { addUp } from './up.js';
import { addValidate } from './validate.js';
import { addVerify } from './verify.js';
import { addWorker } from './worker.js';

/** In the order of the help. */
const COMMANDS = [
  addInit,
  addUp,
  addWorker,
  addApply,
  addStatus,
  addSteering,
  addReset,
  addBackfill,
  addValidate,
  addVerify,
  addExplain,
  addHealth,
  addCompletion,
  addDemo,
  addSimulator,
];

/** Options of every command. */
export interface GlobalOptions {
  readonly debug?: boolean;
}

/**
 * Runs a command line (without the program's own name) and returns the exit code: 0 good, 1 failed, 2 wrong
 * usage or config. Errors are printed, never raised.
 */
export async function runProgram(args: readonly string[], io: Io): Promise<0 | 1 | 2> {
  const program = createProgram(io);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const debug = program.opts<GlobalOptions>().debug === true || io.env.DEBUG === '1';
    reportError(error, io, debug);
    return exitCodeOf(error);
  }
}

/** All commands with their options and helps; what a command does is loaded when it runs. */
export function createProgram(io: Io): Command {
  const { colors } = io;
  const program = new Command('cortex-devo')
    .description('Pulls Palo Alto Cortex XDR into Devo, driven by Temporal')
    .version(version(), '-V, --version')
    .option('--debug', 'log more, and print stack traces (also: DEBUG=1)')
    .option('--no-color', 'no colours (also: NO_COLOR=1)')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => colors.bold(title),
      subcommandTerm: (command) =>
        [command.name(), ...command.registeredArguments.map((each) => `<${each.name()}>`)].join(
          ' ',
        ),
    })
    .configureOutput({
      writeOut: (text) => io.print(text.trimEnd()),
      writeErr: (text) => io.printError(text.trimEnd()),
      outputError: (text, write) =>
        write(text.replace(/^error: /, `${colors.red('error')} USAGE: `)),
      getOutHelpWidth: () => io.columns() ?? 100,
      getErrHelpWidth: () => io.columns() ?? 100,
    })
    .showHelpAfterError('(--help shows what is expected)')
    .addHelpText(
      'after',
      examples('cortex-devo demo --for 60s', 'cortex-devo validate', 'cortex-devo up'),
    )
    .exitOverride();
  for (const add of COMMANDS) add(program, io);
  return program;
}

function version(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
