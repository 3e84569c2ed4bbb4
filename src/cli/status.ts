import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { configOption, examples, jsonOption } from './command-options.js';
import { cliError } from './errors.js';
import type { Io } from './io.js';
import { loadForSteering } from './load-for-command.js';
import { patient } from './patient.js';
import type { GlobalOptions } from './program.js';
import type { StatusReports } from './status-json.js';

interface StatusOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly check?: boolean;
}

/** How often `--watch` asks: a table drawn in place, and lines in a log. */
const WATCH_EVERY_MS = { terminal: 2_000, lines: 10_000 };

/** `status`: where every stream stands, and how far the running backfills are. */
export function addStatus(program: Command, io: Io): void {
  program
    .command('status')
    .description('show where every stream stands, and the running backfills')
    .addOption(configOption())
    .option('-w, --watch', 'show again and again until Ctrl-C')
    .option('--check', 'end with 1 where something is wrong, for a monitoring system')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'cortex-devo status',
        'cortex-devo status --watch',
        'cortex-devo status --check',
        `cortex-devo status --json | jq '.streams[] | select(.lagSeconds > 600)'`,
      ),
    )
    .action(async (options: StatusOptions) => {
      const [{ withSession }, { readStatus }, { listBackfills }] = await Promise.all([
        import('./with-session.js'),
        import('../worker/status.js'),
        import('../worker/backfills.js'),
      ]);
      const given = { ...options, ...program.opts<GlobalOptions>() };
      const config = await loadForSteering(io, given);
      await withSession(io, config, given, async (session) => {
        const choice = { taskQueue: config.temporal.taskQueuePrefix, ended: false };
        await showStatus(io, options, async () => {
          const [streams, backfills] = await Promise.all([
            readStatus(config, session),
            listBackfills(session, choice),
          ]);
          return { streams, backfills };
        });
      });
    });
}

/** Prints the status once or, with `watch`, until the interruption. */
export async function showStatus(
  io: Io,
  options: StatusOptions,
  read: () => Promise<StatusReports>,
): Promise<void> {
  const [{ statusLine, statusTable }, { statusJson }, { backfillLine, backfillTable }] =
    await Promise.all([
      import('./status-table.js'),
      import('./status-json.js'),
      import('./backfill-table.js'),
    ]);
  const view = ({ streams, backfills }: StatusReports) => {
    const style = { colors: io.colors, columns: io.columns(), nowMs: io.nowMs() };
    const below = backfills.length === 0 ? [] : ['', backfillTable(backfills, style)];
    return [statusTable(streams, style), ...below].join('\n');
  };
  if (options.watch !== true) {
    const reports = await read();
    const json = () => JSON.stringify(statusJson(reports, io.nowMs()), undefined, 2);
    io.print(options.json === true ? json() : view(reports));
    if (options.check === true) raiseInTrouble(reports);
    return;
  }
  const interruption = io.interruption();
  const ask = patient(io, read);
  const inPlace = io.isTerminal && options.json !== true;
  const area = inPlace ? await io.live() : undefined;
  const everyMs = inPlace ? WATCH_EVERY_MS.terminal : WATCH_EVERY_MS.lines;
  try {
    while (!interruption.aborted) {
      const reports = await ask();
      const now = `${new Date(io.nowMs()).toISOString().slice(0, 19)}Z`;
      if (area !== undefined) area.show(`${view(reports)}\n\n${io.colors.dim(now)}`);
      else if (options.json === true) io.print(JSON.stringify(statusJson(reports, io.nowMs())));
      else {
        for (const report of reports.streams) {
          io.print(`${now} ${statusLine(report, io.nowMs())}`);
        }
        for (const report of reports.backfills) io.print(`${now} ${backfillLine(report)}`);
      }
      await delay(everyMs, undefined, { signal: interruption }).catch(() => undefined);
    }
  } finally {
    area?.end();
  }
}

/** Raises `STATUS_TROUBLE` where an error is in force, or something does not run or gives no answer. */
function raiseInTrouble({ streams, backfills }: StatusReports): void {
  const troubled = [
    ...streams.filter(
      ({ status, problem }) =>
        problem !== undefined ||
        status?.fetchError !== null ||
        Object.keys(status.outputErrors).length > 0,
    ),
    ...backfills.filter(
      ({ problem, progress }) =>
        problem !== undefined ||
        (progress?.fetchError ?? null) !== null ||
        Object.keys(progress?.outputErrors ?? {}).length > 0,
    ),
  ];
  if (troubled.length === 0) return;
  const names = troubled.map(({ workflowId }) => workflowId).join(', ');
  throw cliError('STATUS_TROUBLE', `${troubled.length} in trouble: ${names}`);
}
