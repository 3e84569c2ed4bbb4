import { Option } from 'commander';
import type { Command } from 'commander';
import { DEFAULT_LANES, MOST_LANES } from '../pull/backfill.js';
import type { BackfillCommand } from '../worker/backfills.js';
import {
  configOption,
  examples,
  inputOption,
  jsonOption,
  lanesArgument,
} from './command-options.js';
import type { Io } from './io.js';
import type { GlobalOptions } from './program.js';

const EXAMPLE_ID = 'backfill/cortex_xdr/12345/alerts/2026-01-01T00:00:00Z/2026-02-01T00:00:00Z';

/** Options that the actions below take, beside the global ones. */
interface BackfillOptions {
  readonly config?: string;
  readonly input?: string;
  readonly json?: boolean;
  readonly watch?: boolean;
}

interface StartOptions extends BackfillOptions {
  readonly from: string;
  readonly to: string;
  readonly lanes: number;
}

/** A command that asks a running backfill for something. */
interface Steering {
  readonly name: BackfillCommand;
  readonly description: string;
  /** What the backfill does then, after its id. */
  readonly done: string;
}

const STEERINGS: readonly Steering[] = [
  {
    name: 'pause',
    description: 'let a backfill finish the windows in hand, then rest until `resume`',
    done: 'pauses after the windows in hand',
  },
  {
    name: 'resume',
    description: 'end a pause, or the wait after an error',
    done: 'goes on',
  },
  {
    name: 'cancel',
    description: 'end a backfill for good, after what is fetched is delivered',
    done: 'ends when what is fetched is delivered',
  },
];

/** `backfill start`, `list`, `status`, `pause`, `resume` and `cancel`. */
export function addBackfill(program: Command, io: Io): void {
  const group = program
    .command('backfill')
    .description('send a range of the past, beside the live pulls')
    .addHelpText(
      'after',
      examples(
        'cortex-devo backfill start alerts --from 2026-01-01 --to 2026-02-01 --watch',
        'cortex-devo backfill list',
        'cortex-devo backfill pause alerts',
      ),
    );
  addStart(group, program, io);
  addList(group, program, io);
  addStatus(group, program, io);
  for (const steering of STEERINGS) addSteering(group, program, io, steering);
}

function addStart(group: Command, program: Command, io: Io): void {
  group
    .command('start')
    .description('start a backfill; a range that is running already is left alone')
    .argument('<service>', 'stream, as `status` names it')
    .requiredOption(
      '--from <time>',
      'first moment of the range: ISO 8601 (UTC), epoch ms, or -7d from now',
    )
    .requiredOption('--to <time>', 'end of the range, which is not part of it')
    .addOption(
      new Option('--lanes <n>', `parts of the range pulled side by side, 1 to ${MOST_LANES}`)
        .argParser(lanesArgument)
        .default(DEFAULT_LANES),
    )
    .option('-w, --watch', 'show how far it is until it has ended; exit 1 unless all is delivered')
    .addOption(inputOption())
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      examples(
        'cortex-devo backfill start alerts --from 2026-01-01 --to 2026-02-01 --watch',
        'cortex-devo backfill start incidents --from -7d --to -1d --lanes 4',
      ),
    )
    .action(async (service: string, options: StartOptions) => {
      const { runStart } = await import('./run-backfill.js');
      await runStart(io, { ...options, ...program.opts<GlobalOptions>(), service });
    });
}

function addList(group: Command, program: Command, io: Io): void {
  group
    .command('list')
    .description('list the backfills that run, and the latest that have ended')
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText('after', examples('cortex-devo backfill list', 'cortex-devo backfill list --json'))
    .action(async (options: BackfillOptions) => {
      const { runList } = await import('./run-backfill.js');
      await runList(io, { ...options, ...program.opts<GlobalOptions>() });
    });
}

function addStatus(group: Command, program: Command, io: Io): void {
  group
    .command('status')
    .description('show how far a backfill is')
    .argument('<backfill>', 'id of the backfill, or the stream it pulls')
    .option('-w, --watch', 'show it until it has ended; exit 1 unless all is delivered')
    .addOption(inputOption())
    .addOption(jsonOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      examples(
        'cortex-devo backfill status alerts --watch',
        `cortex-devo backfill status ${EXAMPLE_ID}`,
      ),
    )
    .action(async (backfill: string, options: BackfillOptions) => {
      const { runStatus } = await import('./run-backfill.js');
      await runStatus(io, { ...options, ...program.opts<GlobalOptions>(), backfill });
    });
}

function addSteering(group: Command, program: Command, io: Io, steering: Steering): void {
  const { name, description, done } = steering;
  group
    .command(name)
    .description(description)
    .argument('<backfill>', 'id of the backfill, or the stream it pulls')
    .addOption(inputOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      examples(`cortex-devo backfill ${name} alerts`, `cortex-devo backfill ${name} ${EXAMPLE_ID}`),
    )
    .action(async (backfill: string, options: BackfillOptions) => {
      const { runSteering } = await import('./run-backfill.js');
      const choice = { ...options, ...program.opts<GlobalOptions>(), backfill };
      await runSteering(io, choice, name, done);
    });
}
