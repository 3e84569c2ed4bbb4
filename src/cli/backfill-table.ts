import type { Colors, Formatter } from 'picocolors/types.js';
import type { StreamError } from '../pull/status.js';
import type { BackfillReport } from '../worker/backfills.js';
import { count, isoSeconds, since } from './cell-text.js';
import { drawTable } from './table.js';
import type { Column, TableStyle } from './table.js';

/** The id says input, stream and range. */
const COLUMNS: readonly Column<BackfillReport>[] = [
  {
    title: 'state',
    cell: ({ standing }) => standing,
    paint: ({ standing }, colors) => standingPaint(standing, colors),
  },
  { title: 'done', align: 'right', cell: shareOf },
  { title: 'records', align: 'right', leaves: 2, cell: recordsOf },
  { title: 'began', leaves: 1, cell: ({ startedMs }) => isoSeconds(startedMs) },
  {
    title: 'took',
    align: 'right',
    leaves: 3,
    cell: ({ startedMs, endedMs }, nowMs) => since(startedMs, endedMs ?? nowMs),
  },
  { title: 'backfill', cell: ({ workflowId }) => workflowId },
];

/** A line per backfill and, below, a line for each error and warning. */
export function backfillTable(reports: readonly BackfillReport[], style: TableStyle): string {
  const troubles = reports.flatMap((report) =>
    backfillTroubles(report, style).map((line) => `${report.workflowId}  ${line}`),
  );
  const table = drawTable(reports, COLUMNS, style);
  return [table, ...(troubles.length > 0 ? ['', ...troubles] : [])].join('\n');
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

/** A line for each error in force, with its code and the next try, and for each warning. */
export function backfillTroubles(
  { problem, progress, standing }: BackfillReport,
  { colors, nowMs }: TableStyle,
): string[] {
  const error = ({ code, message, failures, nextTryMs }: StreamError, where: string) => {
    const again =
      nextTryMs === null ? '' : `; failures: ${failures}, next try in ${since(nowMs, nextTryMs)}`;
    return `${colors.red(code)} ${where}${message}${again}`;
  };
  const whole = standing === 'failed' ? colors.red : colors.yellow;
  return [
    ...(problem === undefined ? [] : [`${whole(problem.code)} ${problem.message}`]),
    ...(progress?.fetchError ? [error(progress.fetchError, '')] : []),
    ...Object.entries(progress?.outputErrors ?? {}).map(([output, each]) =>
      error(each, `output ${output}: `),
    ),
    ...(progress?.warnings ?? []).map((warning) => `${colors.yellow('warning')} ${warning}`),
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
