import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { parseTime } from '../pull/parse-time.js';
import type { ResetRequest } from '../workflows/messages.js';
import { configOption, examples, inputOption } from './command-options.js';
import { cliError } from './errors.js';
import type { Io } from './io.js';
import type { GlobalOptions } from './program.js';

interface ResetOptions {
  readonly config?: string;
  readonly input?: string;
  readonly startTime?: string;
  readonly yes?: boolean;
}

/** `reset`: starts the persistence of a stream anew, after asking. */
export function addReset(program: Command, io: Io): void {
  program
    .command('reset')
    .description('start a stream anew: everything since its start is sent again')
    .argument('<service>', 'stream, as `status` names it')
    .option('--start-time <time>', 'ISO 8601 or epoch ms (default: the start_time of the config)')
    .option('-y, --yes', 'do not ask; needed where nobody can answer')
    .addOption(inputOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      examples(
        'cortex-devo reset incidents',
        'cortex-devo reset alerts --start-time 2026-01-31T00:00:00Z --yes',
      ),
    )
    .action(async (service: string, options: ResetOptions) => {
      const startTime = readStartTime(options.startTime, io.nowMs());
      const { actOnStream } = await import('./act-on-stream.js');
      const choice = { ...options, ...program.opts<GlobalOptions>(), service };
      await actOnStream(io, choice, async ({ identity, settings }) => {
        const from = startTime ?? startOf(settings.startTimeMs);
        if (options.yes !== true) {
          await confirmReset(io, `${identity.stream} of ${identity.input}`, from);
        }
        return {
          command: { signal: 'resetPersistence', request: resetRequest(startTime) },
          done: `starts anew from ${from}`,
        };
      });
    });
}

/** The time as ISO 8601, undefined where none was given. Throws `USAGE_START_TIME`. */
export function readStartTime(text: string | undefined, nowMs: number): string | undefined {
  if (text === undefined) return undefined;
  const startMs = parseTime(text);
  if (startMs === undefined) {
    throw cliError(
      'USAGE_START_TIME',
      `--start-time: found "${text}", expected ISO 8601 such as 2026-01-31T00:00:00Z, or epoch ms`,
    );
  }
  const iso = new Date(startMs).toISOString();
  if (startMs > nowMs) {
    throw cliError('USAGE_START_TIME', `--start-time: found ${iso}, expected a time in the past`);
  }
  return iso;
}

/** Carries an id of its own: a signal that is sent again after a lost answer is then the same reset. */
export function resetRequest(startTime: string | undefined): ResetRequest {
  const requestId = randomUUID();
  return startTime === undefined ? { requestId } : { startTime, requestId };
}

/** Asks. Throws `RESET_DECLINED` unless the answer is yes, `USAGE_YES_NEEDED` where nobody can answer. */
export async function confirmReset(
  io: Pick<Io, 'ask' | 'canAsk' | 'colors' | 'print'>,
  stream: string,
  from: string,
): Promise<void> {
  if (!io.canAsk) {
    throw cliError(
      'USAGE_YES_NEEDED',
      `found nobody to ask whether ${stream} starts anew from ${from}, expected --yes`,
    );
  }
  io.print(`This starts the persistence of ${io.colors.bold(stream)} anew from ${from}.`);
  io.print('Everything since then is pulled and sent once more: Devo will hold it twice.');
  const answer = await io.ask('Go on? [y/N] ');
  if (!/^y(es)?$/i.test(answer)) throw cliError('RESET_DECLINED', 'nothing was changed');
}

function startOf(configuredMs: number | null): string {
  return configuredMs === null ? '24 hours before now' : new Date(configuredMs).toISOString();
}
