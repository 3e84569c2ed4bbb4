import type { Colors, Formatter } from 'picocolors/types.js';
import type { StreamError } from '../pull/status.js';
import type { BackfillReport } from '../worker/backfills.js';
import { rangeOf } from './backfill-range.js';
import { count, isoSeconds, lagText, since } from './cell-text.js';
import { placeOf } from './choose-backfill.js';
import { drawTable } from './table.js';
import type { Column, TableStyle } from './table.js';
import { troubleLines, warning } from './troubles.js';
import type { Trouble } from './troubles.js';

const COLUMNS: readonly Column<BackfillReport>[] = [
  { title: 'input', leaves: 4, cell: (report) => placeOf(report).input },
  { title: 'stream', cell: (report) => placeOf(report).stream },
  { title: 'range', cell: rangeText },
  {
    title: 'state',
    cell: ({ standing }) => standing,
    paint: ({ standing }, colors) => standingPaint(standing, colors),
  },
  { title: 'done', align: 'right', cell: shareOf },
  { title: 'records', align: 'right', leaves: 2, cell: recordsOf },
  {
    title: 'took',
    align: 'right',
    leaves: 3,
    cell: ({ startedMs, endedMs }, nowMs) => lagText((endedMs ?? nowMs) - startedMs),
  },
  { title: 'began', leaves: 5, cell: ({ startedMs }) => isoSeconds(startedMs) },
  { title: 'backfill', leaves: 6, cell: ({ workflowId }) => workflowId },
];

/** A line per backfill by stream and range and, below, each error and warning. */
export function backfillTable(reports: readonly BackfillReport[], style: TableStyle): string {
  const troubles = troubleLines(reports.flatMap(troublesOf), style);
  const table = drawTable(reports, COLUMNS, style);
  return [table, ...(troubles.length > 0 ? ['', ...troubles] : [])].join('\n');
}

/** Whole days as dates; the end does not belong to it. */
function rangeText(report: BackfillReport): string {
  const range = rangeOf(report);
  if (range === undefined) return '-';
  return `${range.from} - ${range.to}`.replaceAll('T00:00:00Z', '');
}

/** Everything of one backfill, a line each. */
export function backfillDetails(report: BackfillReport, style: TableStyle): string {
  const { workflowId, standing, startedMs, endedMs, progress } = report;
  const { colors, nowMs } = style;
  const rows: [name: string, text: string][] = [
    ['backfill', workflowId],
    ['state', standingPaint(standing, colors)(standing)],
    ['done', shareOf(report)],
    ...(progress?.lanes ?? []).map(({ fromMs, toMs, confirmedToMs }, at): [string, string] => [
      `lane ${at + 1}`,
      `${isoSeconds(fromMs)} - ${isoSeconds(toMs + 1)}, delivered to ${isoSeconds(confirmedToMs + 1)}`,
    ]),
    ['records', recordsOf(report)],
    ['events', progress === null ? '-' : count(progress.totals.events)],
    ...Object.entries(progress?.pendingByOutput ?? {}).map(
      ([output, segments]): [string, string] => [
        'pending',
        `${count(segments)} segments for ${output}`,
      ],
    ),
    ['began', isoSeconds(startedMs)],
    ['took', since(startedMs, endedMs ?? nowMs)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    ...rows.map(([name, text]) => `${colors.dim(name.padEnd(width))}  ${text}`),
    ...backfillTroubles(report, style),
  ].join('\n');
}

/** One backfill in one line, for logs and pipes. */
export function backfillLine(report: BackfillReport): string {
  const { workflowId, standing, progress } = report;
  const error = progress?.fetchError ?? Object.values(progress?.outputErrors ?? {})[0];
  return [
    workflowId,
    standing,
    `done=${shareOf(report).replace(' ', '')}`,
    `records=${progress?.totals.records ?? 0}`,
    `events=${progress?.totals.events ?? 0}`,
    ...(error === undefined ? [] : [`error=${error.code}`]),
  ].join(' ');
}

/** The share of the range's time that is delivered, `42.3 %`; `-` where it is not known. */
export function shareOf({ progress }: BackfillReport): string {
  return progress === null ? '-' : `${(Math.floor(progress.share * 1_000) / 10).toFixed(1)} %`;
}

function recordsOf({ progress }: BackfillReport): string {
  return progress === null ? '-' : count(progress.totals.records);
}

/** Each error in force, with its code and the next try, and each warning. */
export function backfillTroubles(report: BackfillReport, style: TableStyle): string[] {
  return troubleLines(troublesOf(report), style);
}

function troublesOf(report: BackfillReport): Trouble[] {
  const { problem, progress, standing } = report;
  const subject = `backfill of ${placeOf(report).stream}, ${rangeText(report)}`;
  const error = (each: StreamError, where: string): Trouble => ({
    ...each,
    subject,
    severity: 'error',
    message: where + each.message,
  });
  const severity = standing === 'failed' ? 'error' : 'warning';
  return [
    ...(problem === undefined
      ? []
      : [{ ...problem, subject, severity, failures: 0, nextTryMs: null } as const]),
    ...(progress?.fetchError ? [error(progress.fetchError, '')] : []),
    ...Object.entries(progress?.outputErrors ?? {}).map(([output, each]) =>
      error(each, `output ${output}: `),
    ),
    ...(progress?.warnings ?? []).map((message) => ({ ...warning(message), subject })),
  ];
}

/** The colour of a state. */
export function standingPaint(state: BackfillReport['standing'], colors: Colors): Formatter {
  const paints: Partial<Record<BackfillReport['standing'], Formatter>> = {
    starting: colors.cyan,
    running: colors.cyan,
    done: colors.green,
    finishing: colors.yellow,
    blocked: colors.yellow,
    paused: colors.magenta,
    cancelled: colors.dim,
  };
  return paints[state] ?? colors.red;
}
