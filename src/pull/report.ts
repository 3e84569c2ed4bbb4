import { shareDone } from './backfill.js';
import type { BackfillProgress, BackfillState, LaneProgress } from './backfill.js';
import { countKeys } from './keys.js';
import type { OwedView, StreamError, StreamState, StreamStatus } from './status.js';
import { owesTooMuch } from './owed.js';
import { nextDueMs } from './owed-windows.js';
import { confirmedMs, waitingFor, watermarkMs } from './work.js';
import type { Lane, Work } from './work.js';

/** The answer to the query `status`. */
export function statusOf(work: Work): StreamStatus {
  const [lane] = work.lanes;
  if (lane === undefined) throw new Error('found work without a lane, expected one');
  const { checkpoint } = lane;
  const fetchError = errorOf(work, lane);
  const state = streamState(work, fetchError);
  return {
    ...work.identity,
    state,
    startTimeMs: checkpoint.startTimeMs,
    watermarkMs: watermarkMs(work),
    fetchedToMs: checkpoint.watermarkMs,
    keys: countKeys(checkpoint.recentKeys),
    pendingByOutput: pendingByOutput(work),
    totals: work.totals,
    lastPull: work.pulls[0] ?? null,
    pulls: work.pulls,
    owed: owedOf(work),
    pausedSinceMs: work.pausedSinceMs,
    lastReset: work.lastReset,
    fetchError,
    outputErrors: work.outputErrors,
    refusedSignal: work.refused,
    nextPullMs: state === 'waiting' ? work.nextPullMs : null,
    timeField: work.timeField,
    settings: work.settings,
    warnings: work.warnings,
  };
}

/** What keeps a lane from reading. */
function errorOf({ incidents }: Work, { fetchError, owed }: Lane): StreamError | null {
  if (fetchError !== null) return fetchError;
  const all = [...owed, ...incidents.owed];
  const tooMuch = owesTooMuch(all.length);
  if (tooMuch === null) return null;
  const atMs = Math.min(...all.map(({ sinceMs }) => sinceMs));
  return { ...tooMuch, atMs, failures: 1, nextTryMs: nextDueMs(all) };
}

function streamState(work: Work, fetchError: StreamError | null): StreamState {
  const [lane] = work.lanes;
  if (work.stopping) return 'stopped';
  if (work.pausedSinceMs !== null) return 'paused';
  if (fetchError !== null) return 'failing';
  if (Object.keys(work.outputErrors).length > 0) return 'blocked';
  return lane?.pull === null && !work.pullAsked && work.pulls.length > 0 ? 'waiting' : 'pulling';
}

/** The answer to the query `progress`, and the result of a backfill. */
export function progressOf(work: Work, ended: 'done' | 'cancelled' | null): BackfillProgress {
  const [pull] = work.pulls;
  const lanes = work.lanes.map((lane): LaneProgress => {
    const { fromMs, toMs } = lane;
    const endMs = toMs ?? fromMs;
    return { fromMs, toMs: endMs, confirmedToMs: Math.min(endMs, confirmedMs(work, lane)) };
  });
  return {
    ...work.identity,
    state: ended ?? backfillState(work),
    fromMs: lanes[0]?.fromMs ?? 0,
    toMs: lanes.at(-1)?.toMs ?? 0,
    share: shareDone(lanes),
    lanes,
    totals: work.totals,
    pendingByOutput: pendingByOutput(work),
    startedMs: pull?.pullingId ?? 0,
    endedMs: pull?.endedMs ?? null,
    fetchError: longestError(work),
    outputErrors: work.outputErrors,
    owed: owedOf(work),
    warnings: work.warnings,
  };
}

function backfillState(work: Work): BackfillState {
  if (work.stopping) return 'finishing';
  if (work.pausedSinceMs !== null) return 'paused';
  if (longestError(work) !== null) return 'failing';
  return Object.keys(work.outputErrors).length > 0 ? 'blocked' : 'running';
}

/** The error that holds a backfill up longest, null where no lane has one. */
function longestError(work: Work): StreamError | null {
  const errors = work.lanes.map((lane) => errorOf(work, lane)).filter((error) => error !== null);
  return errors.sort((a, b) => (b.nextTryMs ?? 0) - (a.nextTryMs ?? 0))[0] ?? null;
}

function pendingByOutput(work: Work): Record<string, number> {
  const { outputs } = work.settings;
  return Object.fromEntries(outputs.map((output) => [output, waitingFor(work, output)]));
}

/** Everything that is left out of the watermark; what is read again and not confirmed counts among it. */
export function owedOf({ lanes, pending, incidents }: Work): OwedView[] {
  const windows = lanes.flatMap(({ owed }) =>
    owed.map(({ reason, window, outputs, sinceMs, failures, nextTryMs, error, ...rest }) => ({
      ...{ reason, window, outputs: outputs ?? [], sinceMs, failures, nextTryMs, error },
      incidents: rest.incidents?.map(({ id }) => id) ?? [],
    })),
  );
  const byName = incidents.owed.map(({ id, reason, sinceMs, failures, nextTryMs, error }) => ({
    ...{ reason, window: null, incidents: [id], outputs: [], sinceMs, failures, nextTryMs, error },
  }));
  const delivering = pending.flatMap(({ owed, error, window, outputs, pullingId, ...rest }) =>
    owed === null
      ? []
      : [
          {
            ...{ reason: owed, window, outputs, sinceMs: pullingId, failures: 0 },
            ...{ nextTryMs: null, error },
            incidents: rest.incidents?.map(({ id }) => id) ?? [],
          },
        ],
  );
  return [...windows, ...byName, ...delivering];
}
