import type { Reckoning } from '#simulator';
import { formatDuration } from '../pull/time-text.js';
import type { StreamReport } from '../worker/status.js';
import { count } from './cell-text.js';
import { errorsOf, stateOf, statusTable } from './status-table.js';
import type { TableStyle } from './table.js';

/** What the demo shows at one moment. */
export interface DemoProgress {
  readonly reports: readonly StreamReport[];
  /** Its `lost` are on the way as long as the demo runs. */
  readonly reckoning: Reckoning;
  /** Undefined where Temporal is not the embedded one. */
  readonly uiUrl: string | undefined;
  /** `settling`: nothing new is produced, the rest is awaited; `ended`: nor is that any more. */
  readonly phase: 'running' | 'settling' | 'ended';
  /** Until the phase ends by itself; undefined: it goes on until Ctrl-C. */
  readonly leftMs: number | undefined;
}

/** The demo's table with the sums below it, for a terminal. */
export function demoView(progress: DemoProgress, style: TableStyle): string {
  const { colors } = style;
  const { produced, received, lost, duplicated } = progress.reckoning;
  const sums = [
    `produced ${count(produced)}`,
    `received ${colors.green(count(received))}`,
    `on the way ${count(lost)}`,
    `duplicated ${(duplicated > 0 ? colors.red : colors.green)(count(duplicated))}`,
  ];
  return [
    colors.bold('simulated Cortex tenant -> cortex-devo -> simulated Devo'),
    '',
    statusTable(progress.reports, style),
    '',
    sums.join('   '),
    ...(progress.uiUrl === undefined ? [] : [`Temporal UI  ${colors.cyan(progress.uiUrl)}`]),
    colors.dim(ending(progress)),
  ].join('\n');
}

/** The same in one line, for pipes and logs: of each stream what it is doing and how many events it sent. */
export function demoLine({ reckoning, reports }: DemoProgress): string {
  const { produced, received, lost, duplicated } = reckoning;
  const sums = `produced ${produced}, received ${received}, on the way ${lost}, duplicated ${duplicated}`;
  return [sums, ...reports.map(streamPart)].join(' | ');
}

function streamPart(report: StreamReport): string {
  const { identity, status } = report;
  const parts = [identity.stream, stateOf(report)];
  if (status === null) return parts.join(' ');
  const codes = errorsOf(status).map(({ error }) => error.code);
  return [...parts, status.totals.events, ...codes].join(' ');
}

function ending({ phase, leftMs }: DemoProgress): string {
  if (phase === 'ended') return 'ended';
  if (phase === 'settling') return 'production has ended; waiting for what is on the way';
  if (leftMs === undefined) return 'Ctrl-C ends it';
  return `ends in ${formatDuration(Math.max(0, Math.ceil(leftMs / 1_000) * 1_000))}; Ctrl-C ends it now`;
}
