import { setTimeout as delay } from 'node:timers/promises';
import { formatDuration } from '../pull/time-text.js';
import type { BackfillReport } from '../worker/backfills.js';
import { backfillJson } from './backfill-json.js';
import { paceOf, withSample } from './backfill-pace.js';
import type { Pace, PaceSample } from './backfill-pace.js';
import { backfillLine, backfillTroubles, shareOf, standingPaint } from './backfill-table.js';
import { count, isoSeconds } from './cell-text.js';
import { cliError } from './errors.js';
import type { Io } from './io.js';
import { patient } from './patient.js';

/** How often it is asked. */
const LOOK_EVERY_MS = 1_000;
/** Where lines follow one another, one comes this often, and when the state changes. */
const LINE_EVERY_MS = 10_000;
const BAR_CHARACTERS = 30;

/**
 * Shows a backfill until it has ended, or until the interruption, which leaves it running. Raises
 * `BACKFILL_FAILED` and `BACKFILL_CANCELLED` unless it delivered its whole range.
 */
export async function watchBackfill(
  io: Io,
  options: { readonly json: boolean },
  read: () => Promise<BackfillReport>,
): Promise<void> {
  const interruption = io.interruption();
  const ask = patient(io, read);
  const inPlace = io.isTerminal && !options.json;
  const area = inPlace ? await io.live() : undefined;
  let samples: readonly PaceSample[] = [];
  let printed = { standing: '', atMs: -Infinity };
  let report: BackfillReport;
  try {
    for (;;) {
      report = await ask();
      const nowMs = io.nowMs();
      samples = withSample(samples, sampleOf(report, nowMs));
      const due = report.standing !== printed.standing || nowMs - printed.atMs >= LINE_EVERY_MS;
      if (area !== undefined) area.show(barView(report, paceOf(samples), io));
      else if (due) {
        io.print(options.json ? JSON.stringify(backfillJson(report)) : lineOf(report, samples));
        printed = { standing: report.standing, atMs: nowMs };
      }
      if (!report.running || interruption.aborted) break;
      await delay(LOOK_EVERY_MS, undefined, { signal: interruption }).catch(() => undefined);
    }
  } finally {
    area?.end();
  }
  if (report.running) {
    io.printError(`the backfill goes on; \`backfill status ${report.workflowId}\` shows it`);
    return;
  }
  raiseUnlessDone(report);
}

/** The bar with share, records, rate and time left, and below it what is wrong. */
export function barView(
  report: BackfillReport,
  { recordsPerSecond, leftMs }: Pace,
  { colors, nowMs }: Pick<Io, 'colors' | 'nowMs'>,
): string {
  const share = report.progress?.share ?? 0;
  const full = Math.round(share * BAR_CHARACTERS);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_CHARACTERS - full);
  const left = leftMs === undefined || !report.running ? '' : `, ${formatDuration(leftMs)} left`;
  const numbers = `${shareOf(report)}  ${count(report.progress?.totals.records ?? 0)} records, ${count(Math.round(recordsPerSecond))}/s${left}`;
  return [
    `${report.workflowId}  ${standingPaint(report.standing, colors)(report.standing)}`,
    `${colors.cyan(bar)}  ${numbers}`,
    ...backfillTroubles(report, { colors, columns: undefined, nowMs: nowMs() }),
  ].join('\n');
}

function lineOf(report: BackfillReport, samples: readonly PaceSample[]): string {
  const { recordsPerSecond, leftMs } = paceOf(samples);
  const rate = `rate=${Math.round(recordsPerSecond)}/s`;
  const left =
    leftMs === undefined || !report.running ? [] : [`left=${Math.round(leftMs / 1_000)}s`];
  const now = isoSeconds(samples.at(-1)?.atMs ?? 0);
  return [now, backfillLine(report), rate, ...left].join(' ');
}

function sampleOf({ progress }: BackfillReport, atMs: number): PaceSample {
  return { atMs, share: progress?.share ?? 0, records: progress?.totals.records ?? 0 };
}

function raiseUnlessDone({ standing, workflowId, problem }: BackfillReport): void {
  if (standing === 'done') return;
  if (standing === 'cancelled') {
    throw cliError('BACKFILL_CANCELLED', `${workflowId} was cancelled before its end`);
  }
  const reason = problem === undefined ? '' : `: ${problem.code}: ${problem.message}`;
  throw cliError('BACKFILL_FAILED', `${workflowId} ${standing}${reason}`);
}
