import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { StreamReport } from '../worker/status.js';
import { configOption, examples, jsonOption } from './command-options.js';
import type { Io } from './io.js';
import { loadForCommand } from './load-for-command.js';
import type { GlobalOptions } from './program.js';

interface StatusOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly watch?: boolean;
}

/** How often `--watch` asks: a table drawn in place, and lines in a log. */
const WATCH_EVERY_MS = { terminal: 2_000, lines: 10_000 };

/** `status`: where every stream stands. */
export function addStatus(program: Command, io: Io): void {
  program
    .command('status')
    .description('show where every stream stands')
    .addOption(configOption())
    .option('-w, --watch', 'show again and again until Ctrl-C')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'cortex-devo status',
        'cortex-devo status --watch',
        `cortex-devo status --json | jq '.streams[] | select(.lagSeconds > 600)'`,
      ),
    )
    .action(async (options: StatusOptions) => {
      const [{ withSession }, { readStatus }] = await Promise.all([
        import('./with-session.js'),
        import('../worker/status.js'),
      ]);
      const given = { ...options, ...program.opts<GlobalOptions>() };
      const config = await loadForCommand(io, given);
      await withSession(io, config, given, async (session) => {
        await showStatus(io, options, async () => await readStatus(config, session));
      });
    });
}

/** Prints the status once or, with `watch`, until the interruption. */
export async function showStatus(
  io: Io,
  options: StatusOptions,
  read: () => Promise<StreamReport[]>,
): Promise<void> {
  const [{ statusLine, statusTable }, { statusJson }] = await Promise.all([
    import('./status-table.js'),
    import('./status-json.js'),
  ]);
  const table = (reports: StreamReport[]) =>
    statusTable(reports, { colors: io.colors, columns: io.columns(), nowMs: io.nowMs() });
  if (options.watch !== true) {
    const reports = await read();
    const json = () => JSON.stringify(statusJson(reports, io.nowMs()), undefined, 2);
    io.print(options.json === true ? json() : table(reports));
    return;
  }
  const interruption = io.interruption();
  const inPlace = io.isTerminal && options.json !== true;
  const area = inPlace ? await io.live() : undefined;
  const everyMs = inPlace ? WATCH_EVERY_MS.terminal : WATCH_EVERY_MS.lines;
  try {
    while (!interruption.aborted) {
      const reports = await read();
      const now = `${new Date(io.nowMs()).toISOString().slice(0, 19)}Z`;
      if (area !== undefined) area.show(`${table(reports)}\n\n${io.colors.dim(now)}`);
      else if (options.json === true) io.print(JSON.stringify(statusJson(reports, io.nowMs())));
      else for (const report of reports) io.print(`${now} ${statusLine(report, io.nowMs())}`);
      await delay(everyMs, undefined, { signal: interruption }).catch(() => undefined);
    }
  } finally {
    area?.end();
  }
}
