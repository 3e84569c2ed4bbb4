import type { KeySlice } from '../pull/checkpoint.js';
import { EMPTY_BOOK } from '../pull/incident-calls.js';
import type { IncidentBook } from '../pull/incident-calls.js';
import type { AskedIncident } from '../pull/incident-memory.js';
import type { Segment } from '../pull/receipts.js';
import type { StreamSettings, TimeField } from '../pull/settings.js';
import type { PullSummary, StreamError, StreamTotals } from '../pull/status.js';
import type { TimeWindow } from '../pull/window.js';

/** A segment on some host's disk that not every output has confirmed. */
export interface PendingSegment {
  segment: Segment;
  readonly window: TimeWindow;
  /** The incidents it was asked for; null: it holds the window itself. */
  readonly asked: readonly AskedIncident[] | null;
  readonly pullingId: number;
  /** Which lane fetched it; a live stream has one, lane 0. */
  readonly lane: number;
  /** Keys this segment brought: left out of the known ones when its window is fetched again. */
  newKeys: readonly KeySlice[];
  /** The lane's watermark before this window, epoch ms. */
  readonly watermarkBeforeMs: number;
  /** Outputs still to confirm. */
  outputs: string[];
  /** Its host is known to be gone: it is fetched again without another wait. */
  lost: boolean;
}

/** What reads on its own and meets errors of its own: a live stream, or a lane of a backfill. */
export interface Reader {
  /** Error in force, null when its last try went well. */
  fetchError: StreamError | null;
}

/** What fetching and delivering work on: the part that a live stream and a backfill have in common. */
export interface WorkState {
  settings: StreamSettings;
  /** In the order of fetching. */
  pending: PendingSegment[];
  paused: boolean;
  totals: StreamTotals;
  lastPull: PullSummary | null;
  outputErrors: Record<string, StreamError>;
  warnings: string[];
  /** `incident_alerts`: what was sent of the incidents seen last, and which are owed. */
  incidents: IncidentBook;
  /** The time field that replaces one which the tenant refused; null: as the config has it. */
  timeField: TimeField | null;
}

/** What work asks of the handlers. */
export interface WorkControl {
  /** Counts the signals that end a wait: whoever waits remembers the number and goes on when it grew. */
  wakes: number;
}

const NO_TOTALS: StreamTotals = {
  cycles: 0,
  requests: 0,
  records: 0,
  duplicates: 0,
  malformed: 0,
  events: 0,
  bytes: 0,
  segments: 0,
  refetched: 0,
};

/** Work that has not begun. */
export function newWork(settings: StreamSettings): WorkState {
  return {
    settings,
    pending: [],
    paused: false,
    totals: NO_TOTALS,
    lastPull: null,
    outputErrors: {},
    warnings: [],
    incidents: EMPTY_BOOK,
    timeField: null,
  };
}

/** Outputs that are not among `outputs` are waited for no more. */
export function dropOutputs(state: WorkState, outputs: readonly string[]): void {
  for (const item of state.pending) {
    item.outputs = item.outputs.filter((output) => outputs.includes(output));
  }
  state.pending = state.pending.filter((item) => item.outputs.length > 0);
  state.outputErrors = Object.fromEntries(
    Object.entries(state.outputErrors).filter(([output]) => outputs.includes(output)),
  );
}

/** Most warnings shown at a time. */
const MOST_WARNINGS = 5;

/** Shows each warning once, the latest ones where there are many. */
export function addWarnings(state: WorkState, warnings: readonly string[]): void {
  state.warnings = [...new Set([...state.warnings, ...warnings])].slice(-MOST_WARNINGS);
}

/** Segments that an output has not confirmed yet. */
export function waitingFor({ pending }: WorkState, output: string): number {
  return pending.filter((item) => item.outputs.includes(output)).length;
}

/** Everything of a lane up to here is confirmed by every output, epoch ms; `fetchedToMs`: how far it is fetched. */
export function confirmedMs({ pending }: WorkState, lane: number, fetchedToMs: number): number {
  return pending
    .filter((item) => item.lane === lane)
    .reduce((least, item) => Math.min(least, item.watermarkBeforeMs), fetchedToMs);
}
