import { DEFAULT_START_MS, newCheckpoint } from './checkpoint.js';
import type { Checkpoint, KeySlice } from './checkpoint.js';
import type { Doubt } from './doubt.js';
import { EMPTY_BOOK } from './incident-calls.js';
import type { IncidentBook, IncidentRound } from './incident-calls.js';
import type { AskedIncident } from './incident-memory.js';
import type { OwedError, OwedReason } from './owed.js';
import type { OwedWindow } from './owed-windows.js';
import type { PullCounts, Segment } from './receipts.js';
import type { StreamIdentity, StreamSettings, TimeField } from './settings.js';
import type { PullSummary, ResetNote, StreamError, StreamTotals } from './status.js';
import type { TimeWindow } from './window.js';

/** Version of `Work`; a state of any other is refused. */
export const WORK_VERSION = 1;

/** A segment on some host's disk that not every output has confirmed. */
export interface PendingSegment {
  readonly pullingId: number;
  readonly window: TimeWindow;
  readonly lane: number;
  /** Why it was read again; null: it is of new time, and holds the watermark until it is confirmed. */
  readonly owed: OwedReason | null;
  /** What went wrong before it was read again; null: nothing did. */
  readonly error: OwedError | null;
  /** The lane's watermark before this window, epoch ms. */
  readonly watermarkBeforeMs: number;
  /** Outputs still to confirm. */
  outputs: readonly string[];
  readonly segment: Segment;
  /** The incidents it was asked for; null: it holds the window itself. */
  readonly incidents: readonly AskedIncident[] | null;
  /** Keys it brought: left out of the known ones when its window is read again. */
  newKeys: readonly KeySlice[];
}

/** A pull under way in a lane. */
export interface LanePull {
  /** `@devo_pulling_id`: when it began, epoch ms. */
  readonly pullingId: number;
  /** It reads up to here, epoch ms. */
  readonly targetMs: number;
  /** End of the last window it read, epoch ms; null before the first, which looks back. */
  readonly readToMs: number | null;
}

/** A listed window, and what its incidents are still to be asked for. */
export interface Asking {
  readonly window: TimeWindow;
  /** Incidents that the list had; null: nothing was listed, it asks for what is owed. */
  readonly records: number | null;
  /** Nothing behind it can be read yet. */
  readonly reachedNow: boolean;
  readonly round: IncidentRound;
  readonly newKeys: readonly KeySlice[];
}

/** A stretch of time that is read window by window: a live stream has one, a backfill several. */
export interface Lane {
  readonly number: number;
  /** Both ends belong to it, epoch ms; `toMs` null: it goes on for ever. */
  readonly fromMs: number;
  toMs: number | null;
  pull: LanePull | null;
  /** Error in force, null when the last try went well. */
  fetchError: StreamError | null;
  doubt: Doubt | null;
  owed: readonly OwedWindow[];
  asking: Asking | null;
  checkpoint: Checkpoint;
}

/** Everything a stream or a backfill remembers from run to run. */
export interface Work {
  readonly schemaVersion: typeof WORK_VERSION;
  readonly identity: StreamIdentity;
  settings: StreamSettings;
  pausedSinceMs: number | null;
  /** Deliver what is fetched, then end. */
  stopping: boolean;
  /** A request for a pull that has not begun yet. */
  pullAsked: boolean;
  /** When the next pull is due, epoch ms; 0: at once. */
  nextPullMs: number;
  /** A restart of the persistence that waits for the step under way to end. */
  restart: { readonly startTimeMs: number; readonly configuredStartMs: number | null } | null;
  lastReset: ResetNote | null;
  refused: StreamError | null;
  /** The last ones, the newest first. */
  pulls: readonly PullSummary[];
  totals: StreamTotals;
  outputErrors: Readonly<Record<string, StreamError>>;
  warnings: readonly string[];
  /** When a window could be read last, epoch ms: what fails alone since then is at fault itself. */
  lastReadMs: number;
  /** The time field that replaces one which the tenant refused; null: as the config has it. */
  timeField: TimeField | null;
  /** What the search attributes show. */
  shown: {
    readonly state: string;
    readonly error: string;
    readonly watermarkMs: number;
    readonly atMs: number;
  } | null;
  readonly lanes: Lane[];
  /** In the order of fetching. */
  pending: readonly PendingSegment[];
  /** `incident_alerts`: what was sent of the incidents seen last, and which are owed. */
  incidents: IncidentBook;
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
export function newWork(
  identity: StreamIdentity,
  settings: StreamSettings,
  lanes: readonly Lane[],
): Work {
  return {
    schemaVersion: WORK_VERSION,
    identity,
    settings,
    pausedSinceMs: null,
    stopping: false,
    pullAsked: false,
    nextPullMs: 0,
    restart: null,
    lastReset: null,
    refused: null,
    pulls: [],
    totals: NO_TOTALS,
    outputErrors: {},
    warnings: [],
    lastReadMs: 0,
    timeField: null,
    shown: null,
    lanes: [...lanes],
    pending: [],
    incidents: EMPTY_BOOK,
  };
}

/** A lane that has read nothing; `toMs` null: it goes on for ever. */
export function newLane(number: number, checkpoint: Checkpoint, toMs: number | null): Lane {
  return {
    number,
    fromMs: checkpoint.startTimeMs,
    toMs,
    pull: null,
    fetchError: null,
    doubt: null,
    owed: [],
    asking: null,
    checkpoint,
  };
}

/** The persistence as the config alone would have it: from `start_time`, or 24 hours back. */
export function configuredStart({ startTimeMs }: StreamSettings, nowMs: number) {
  return { startTimeMs: startTimeMs ?? nowMs - DEFAULT_START_MS, configuredStartMs: startTimeMs };
}

/** The state of a live stream that never ran. */
export function newStream(identity: StreamIdentity, settings: StreamSettings, nowMs: number): Work {
  const checkpoint = newCheckpoint(configuredStart(settings, nowMs));
  return newWork(identity, settings, [newLane(0, checkpoint, null)]);
}

/** The state that a run hands on, ready for the next; raises an Error for one of another version. */
export function continued(state: Work): Work {
  const { schemaVersion } = state as { schemaVersion: unknown };
  if (schemaVersion !== WORK_VERSION) {
    throw new Error(
      `found a state of version ${String(schemaVersion)}, expected ${WORK_VERSION}: it is another release's; run that one, or terminate the workflow and apply the config again`,
    );
  }
  return { ...state, stopping: false };
}

/** Starts the persistence anew where that was asked for: nothing that was learnt on the old way holds on the new one. */
export function takeRestart(work: Work): boolean {
  const { restart } = work;
  if (restart === null) return false;
  work.restart = null;
  const [before] = work.lanes;
  const lane = newLane(0, newCheckpoint(restart), null);
  // What lies behind the new start is read anew; what is owed of the time before it stays owed.
  lane.owed = (before?.owed ?? []).flatMap((each) => {
    const { fromMs, toMs } = each.window;
    const window = { fromMs, toMs: Math.min(toMs, restart.startTimeMs - 1) };
    return fromMs < restart.startTimeMs ? [{ ...each, window }] : [];
  });
  work.lanes.splice(0, 1, lane);
  work.incidents = EMPTY_BOOK;
  work.timeField = null;
  return true;
}

/** Takes new settings: outputs that are not among theirs are waited for no more. */
export function takeSettings(work: Work, settings: StreamSettings): void {
  const { outputs } = settings;
  const left = (names: readonly string[]) => names.filter((output) => outputs.includes(output));
  work.settings = settings;
  work.pending = work.pending
    .map((item) => ({ ...item, outputs: left(item.outputs) }))
    .filter((item) => item.outputs.length > 0);
  for (const lane of work.lanes) {
    lane.owed = lane.owed
      .map((each) => (each.outputs === null ? each : { ...each, outputs: left(each.outputs) }))
      .filter((each) => each.outputs === null || each.outputs.length > 0);
  }
  work.outputErrors = Object.fromEntries(
    Object.entries(work.outputErrors).filter(([output]) => outputs.includes(output)),
  );
}

/** Ends the waits after errors and for the next pull. */
export function hurry(work: Work, nowMs: number): void {
  work.pullAsked = true;
  const now = <Error extends StreamError | null>(error: Error) =>
    error === null ? error : { ...error, nextTryMs: nowMs };
  for (const lane of work.lanes) {
    lane.fetchError = now(lane.fetchError);
    lane.owed = lane.owed.map((each) => ({ ...each, nextTryMs: nowMs }));
  }
  const { owed } = work.incidents;
  work.incidents = {
    ...work.incidents,
    owed: owed.map((each) => ({ ...each, nextTryMs: nowMs })),
  };
  work.outputErrors = Object.fromEntries(
    Object.entries(work.outputErrors).map(([output, error]) => [output, now(error)]),
  );
}

/** Notes that an output has the segment, be it still waited for or owed by now. */
export function confirm(work: Work, { segment }: PendingSegment, output: string): void {
  const has = (names: readonly string[]) => names.filter((each) => each !== output);
  work.pending = work.pending
    .map((each) =>
      each.segment.name === segment.name ? { ...each, outputs: has(each.outputs) } : each,
    )
    .filter((each) => each.outputs.length > 0);
  for (const lane of work.lanes) {
    lane.owed = lane.owed
      .map((each) =>
        each.segment === segment.name && each.outputs !== null
          ? { ...each, outputs: has(each.outputs) }
          : each,
      )
      .filter((each) => each.outputs?.length !== 0);
  }
}

/** The windows of segments that cannot be delivered any more become owed ones of their lanes. */
export function lose(
  work: Work,
  lost: readonly PendingSegment[],
  error: OwedError,
  nowMs: number,
): void {
  work.pending = work.pending.filter((each) => !lost.includes(each));
  for (const { pullingId, window, outputs, segment, incidents, newKeys, lane: number } of lost) {
    const lane = work.lanes.find((each) => each.number === number);
    if (lane === undefined) continue;
    const owed = { reason: 'segment lost', sinceMs: nowMs, failures: 0, nextTryMs: nowMs } as const;
    const about = { pullingId, window, outputs, segment: segment.name, incidents, newKeys };
    lane.owed = [
      ...lane.owed,
      { ...owed, error: { code: error.code, message: error.message }, ...about },
    ];
  }
}

/** What one reading came to. */
export interface Fetched {
  readonly segment: Segment | null;
  readonly counts: PullCounts;
  readonly warnings: readonly string[];
}

/** Most warnings shown at a time. */
const MOST_WARNINGS = 5;

/** Shows each warning once, the latest ones where there are many. */
export function addWarnings(work: Work, warnings: readonly string[]): void {
  work.warnings = [...new Set([...work.warnings, ...warnings])].slice(-MOST_WARNINGS);
}

/** Adds what was read to the totals and to its pull. */
export function countFetched(
  work: Work,
  pullingId: number,
  { counts, segment, warnings }: Fetched,
): void {
  const { requests, records, duplicates, malformed } = counts;
  const { events, bytes } = segment ?? { events: 0, bytes: 0 };
  const segments = segment === null ? 0 : 1;
  const add = <Into extends PullSums>(into: Into): Into => ({
    ...into,
    requests: into.requests + requests,
    records: into.records + records,
    duplicates: into.duplicates + duplicates,
    events: into.events + events,
    segments: into.segments + segments,
  });
  work.totals = {
    ...add(work.totals),
    malformed: work.totals.malformed + malformed,
    bytes: work.totals.bytes + bytes,
  };
  work.pulls = work.pulls.map((pull) => (pull.pullingId === pullingId ? add(pull) : pull));
  addWarnings(work, warnings);
}

type PullSums = Record<'requests' | 'records' | 'duplicates' | 'events' | 'segments', number>;

/** Segments that an output has not confirmed yet. */
export function waitingFor({ pending }: Work, output: string): number {
  return pending.filter((item) => item.outputs.includes(output)).length;
}

/** Everything of a lane up to here is confirmed by every output or owed, epoch ms. */
export function confirmedMs({ pending }: Work, { number, checkpoint }: Lane): number {
  return pending
    .filter((item) => item.lane === number && item.owed === null)
    .reduce((least, item) => Math.min(least, item.watermarkBeforeMs), checkpoint.watermarkMs);
}

/** Where a live stream stands: everything up to here is confirmed by every output or owed, epoch ms. */
export function watermarkMs(work: Work): number {
  return Math.min(...work.lanes.map((lane) => confirmedMs(work, lane)));
}

/** A pending segment needs its keys only as long as the checkpoint still knows them. */
export function prunePendingKeys(work: Work, { number, checkpoint }: Lane): void {
  const oldestMs = checkpoint.recentKeys[0]?.fromMs ?? Number.POSITIVE_INFINITY;
  for (const item of work.pending) {
    if (item.lane !== number) continue;
    item.newKeys = item.newKeys.filter((slice) => slice.fromMs >= oldestMs);
  }
}
