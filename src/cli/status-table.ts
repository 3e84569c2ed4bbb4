import type { Colors, Formatter } from 'picocolors/types.js';
import type { OwedView, StreamError, StreamStatus } from '../pull/status.js';
import { formatWindow } from '../pull/time-text.js';
import type { StreamReport } from '../worker/status.js';
import { count, isoSeconds, lagText, since } from './cell-text.js';
import { drawTable } from './table.js';
import type { Column, TableStyle } from './table.js';
import { troubleLines, warning } from './troubles.js';
import type { Trouble } from './troubles.js';

const COLUMNS: readonly Column<StreamReport>[] = [
  { title: 'input', cell: ({ identity }) => identity.input, leaves: 2 },
  { title: 'stream', cell: ({ identity }) => identity.stream },
  {
    title: 'state',
    cell: stateOf,
    paint: (report, colors) => paintOf(stateOf(report), colors),
  },
  { title: 'watermark', cell: ofStatus((status) => isoSeconds(status.watermarkMs)) },
  {
    title: 'lag',
    align: 'right',
    cell: ofStatus((status, nowMs) => lagText(nowMs - status.watermarkMs)),
  },
  { title: 'last pull', align: 'right', leaves: 4, cell: ofStatus(lastPullOf) },
  { title: 'records', align: 'right', cell: ofStatus(({ totals }) => count(totals.records)) },
  {
    title: 'events',
    align: 'right',
    leaves: 1,
    cell: ofStatus(({ totals }) => count(totals.events)),
  },
  { title: 'pending', align: 'right', leaves: 3, cell: ofStatus(pendingOf) },
];

/**
 * The table of `status`: a line per stream and, below it, each error in force (with its code and the next try), refused
 * signal and warning once, with the streams that have it. Columns that matter least leave first where it is narrow.
 */
export function statusTable(reports: readonly StreamReport[], style: TableStyle): string {
  if (reports.length === 0) return 'no streams: every input of the config file is disabled';
  const troubles = troubleLines(reports.flatMap(troublesOf), style);
  return [
    drawTable(reports, COLUMNS, style),
    ...(troubles.length > 0 ? ['', ...troubles] : []),
  ].join('\n');
}

/** One stream in one line, for logs and pipes. */
export function statusLine(report: StreamReport, nowMs: number): string {
  const { identity, status } = report;
  const name = `${identity.input}/${identity.stream}`;
  if (status === null) return `${name} ${stateOf(report)}`;
  const error = errorsOf(status)[0];
  return [
    name,
    stateOf(report),
    `watermark=${isoSeconds(status.watermarkMs)}`,
    `lag=${Math.max(0, Math.round((nowMs - status.watermarkMs) / 1_000))}s`,
    `records=${status.totals.records}`,
    `events=${status.totals.events}`,
    `pending=${pendingOf(status)}`,
    ...(error === undefined ? [] : [`error=${error.error.code}`]),
  ].join(' ');
}

/** The state as shown: that of the stream, or why it could not be asked. */
export function stateOf({ status, problem }: StreamReport): string {
  if (status !== null) return status.state;
  if (problem?.code === 'STREAM_ENDED') return 'ended';
  return problem?.code === 'STREAM_NOT_STARTED' ? 'not started' : 'no answer';
}

/** Errors in force and the last refused signal, each with the name of where it comes from. */
export function errorsOf(
  status: StreamStatus,
): { source: 'fetch' | 'output' | 'signal'; output?: string; error: StreamError }[] {
  const { fetchError, outputErrors, refusedSignal } = status;
  return [
    ...(fetchError === null ? [] : [{ source: 'fetch' as const, error: fetchError }]),
    ...Object.entries(outputErrors).map(([output, error]) => ({
      source: 'output' as const,
      output,
      error,
    })),
    ...(refusedSignal === null ? [] : [{ source: 'signal' as const, error: refusedSignal }]),
  ];
}

function troublesOf({ identity, status, problem }: StreamReport): Trouble[] {
  const subject = `${identity.input} ${identity.stream}`;
  if (status === null) {
    const { code, message } = problem ?? { code: 'STREAM_NO_ANSWER', message: 'no answer' };
    return [{ subject, severity: 'warning', code, message, failures: 0, nextTryMs: null }];
  }
  return [
    ...errorsOf(status).map(({ output, error }) => ({
      ...error,
      subject,
      severity: 'error' as const,
      message: output === undefined ? error.message : `output ${output}: ${error.message}`,
    })),
    ...owedTroubles(status.owed, subject),
    ...status.warnings.map((message) => ({ ...warning(message), subject })),
  ];
}

/** Most owed windows that are named. */
const MOST_OWED = 5;

function owedTroubles(owed: readonly OwedView[], subject: string): Trouble[] {
  const common = { subject, severity: 'warning', code: 'owed' } as const;
  const named = owed.slice(0, MOST_OWED).map(({ reason, window, incidents, error, ...rest }) => {
    const ids = incidents.slice(0, MOST_OWED).join(', ');
    const what = window === null ? `alerts of incidents ${ids}` : formatWindow(window, 0);
    const why = error === null ? reason : `${reason}, ${error.code}`;
    const { failures, nextTryMs } = rest;
    return { ...common, message: `${what}: ${why}`, failures, nextTryMs };
  });
  const more = owed.length - named.length;
  if (more <= 0) return named;
  return [...named, { ...common, message: `and ${more} more`, failures: 0, nextTryMs: null }];
}

function ofStatus(
  text: (status: StreamStatus, nowMs: number) => string,
): (report: StreamReport, nowMs: number) => string {
  return ({ status }, nowMs) => (status === null ? '-' : text(status, nowMs));
}

function lastPullOf({ lastPull }: StreamStatus, nowMs: number): string {
  if (lastPull === null) return '-';
  if (lastPull.endedMs === null) return 'now';
  return `${since(lastPull.endedMs, nowMs)} ago`;
}

function pendingOf({ pendingByOutput }: StreamStatus): string {
  return count(Math.max(0, ...Object.values(pendingByOutput)));
}

function paintOf(state: string, colors: Colors): Formatter {
  const paints: Record<string, Formatter> = {
    pulling: colors.cyan,
    waiting: colors.green,
    blocked: colors.yellow,
    failing: colors.red,
    paused: colors.magenta,
    stopped: colors.dim,
    'not started': colors.dim,
  };
  return paints[state] ?? colors.red;
}
