import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { parseTime } from '../pull/parse-time.js';
import type { ResetRequest } from '../workflows/messages.js';
import type { ConfiguredStream } from '../worker/streams.js';
import { allOption, configOption, examples, inputOption } from './command-options.js';
import { absoluteTime } from './duration.js';
import { cliError } from './errors.js';
import type { Io } from './io.js';
import type { GlobalOptions } from './program.js';

interface ResetOptions {
  readonly config?: string;
  readonly input?: string;
  readonly all?: boolean;
  readonly startTime?: string;
  readonly yes?: boolean;
}

/** `reset`: starts the persistence of a stream anew, after asking. */
export function addReset(program: Command, io: Io): void {
  program
    .command('reset')
    .description('start a stream anew: everything since its start is sent again')
    .argument('[stream]', 'stream, as `status` names it')
    .addOption(allOption())
    .option(
      '--start-time <time>',
      'ISO 8601, epoch ms, or -7d from now (default: the start_time of the config)',
    )
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
    .action(async (service: string | undefined, options: ResetOptions) => {
      const startTime = readStartTime(options.startTime, io.nowMs());
      const { actOnStreams } = await import('./act-on-streams.js');
      const choice = { ...options, ...program.opts<GlobalOptions>(), service };
      const fromOf = ({ settings }: ConfiguredStream) => startTime ?? startOf(settings.startTimeMs);
      await actOnStreams(io, choice, {
        async confirm(streams) {
          if (options.yes === true) return;
          const named = streams.map(
            (each) => `${each.identity.stream} of ${each.identity.input} anew from ${fromOf(each)}`,
          );
          await confirmReset(io, named);
        },
        command: () => ({ signal: 'resetPersistence', request: resetRequest(startTime) }),
        done: (stream) => `starts anew from ${fromOf(stream)}`,
      });
    });
}

/** The time as ISO 8601, undefined where none was given. Throws `USAGE_START_TIME`. */
export function readStartTime(text: string | undefined, nowMs: number): string | undefined {
  if (text === undefined) return undefined;
  const startMs = parseTime(absoluteTime(text, nowMs));
  if (startMs === undefined) {
    throw cliError(
      'USAGE_START_TIME',
      `--start-time: found "${text}", expected ISO 8601 such as 2026-01-31T00:00:00Z, epoch ms, or -7d from now`,
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
  io: Pick<Io, 'ask' | 'canAsk' | 'print'>,
  streams: readonly string[],
): Promise<void> {
  if (!io.canAsk) {
    throw cliError(
      'USAGE_YES_NEEDED',
      `found nobody to ask whether to start ${streams.join(', ')}, expected --yes`,
    );
  }
  io.print(`This starts the persistence of ${streams.join(',\n  ')}.`);
  io.print('Everything since then is pulled and sent once more: Devo will hold it twice.');
  const answer = await io.ask('Go on? [y/N] ');
  if (!/^y(es)?$/i.test(answer)) throw cliError('RESET_DECLINED', 'nothing was changed');
}

function startOf(configuredMs: number | null): string {
  return configuredMs === null ? '24 hours before now' : new Date(configuredMs).toISOString();
}
