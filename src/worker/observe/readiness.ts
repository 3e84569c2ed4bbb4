import type { WorkerStatus } from '@temporalio/worker';
import type { StreamError } from '../../pull/status.js';
import type { StreamView, WatchedState } from './stream-watch.js';

/** Looks come every 15 s and take 5 s at most; after this many ms the last one tells nothing any more. */
const LOOK_STALE_MS = 60_000;
/** A stream may be this many periods, and one minute, without progress. */
const PERIODS_WITHOUT_PROGRESS = 3;
const LEAST_WITHOUT_PROGRESS_MS = 60_000;

/** A worker and the task queue it polls: the common one, that of this host, or an input's own for incident alerts. */
export interface WatchedWorker {
  readonly queue: 'common' | 'host' | 'incident_alerts';
  readonly status: Pick<WorkerStatus, 'runState' | 'workflowPollerState' | 'activityPollerState'>;
}

interface Check {
  readonly ok: boolean;
  /** Empty where all is well. */
  readonly reasons: readonly string[];
}

interface StreamCheck extends Check {
  readonly input: string;
  readonly stream: string;
  readonly state: string;
  readonly lagSeconds: number | null;
}

/** Answer of `/readyz`. */
export interface Readiness {
  readonly ready: boolean;
  readonly workers: Check;
  readonly temporal: Check;
  readonly streams: readonly StreamCheck[];
}

/**
 * Ready: the workers poll and Temporal answers. A stream in trouble is told too and changes nothing: a restart or
 * another worker would not cure it.
 */
export function readinessOf(
  watched: WatchedState,
  workers: readonly WatchedWorker[],
  nowMs: number,
): Readiness {
  const checks = {
    workers: checkOf(workersReasons(workers)),
    temporal: checkOf(temporalReasons(watched, nowMs)),
    streams: watched.streams.map((view) => streamCheck(view, watched.temporalReachable, nowMs)),
  };
  return { ready: checks.workers.ok && checks.temporal.ok, ...checks };
}

/** Whether a worker takes work. */
export function isPolling({ status }: WatchedWorker): boolean {
  const { runState, workflowPollerState, activityPollerState } = status;
  return (
    runState === 'RUNNING' && workflowPollerState !== 'FAILED' && activityPollerState === 'POLLING'
  );
}

function workersReasons(workers: readonly WatchedWorker[]): string[] {
  if (workers.length === 0) return ['the workers are still starting'];
  return workers
    .filter((worker) => !isPolling(worker))
    .map(
      ({ queue, status }) => `the worker of the ${queue} queue does not poll: ${status.runState}`,
    );
}

function temporalReasons({ lookedMs, temporalReachable }: WatchedState, nowMs: number): string[] {
  if (lookedMs === null) return ['Temporal was not asked yet'];
  if (!temporalReachable) return ['Temporal gave no answer'];
  if (nowMs - lookedMs > LOOK_STALE_MS) {
    return [`Temporal was asked ${seconds(nowMs - lookedMs)} s ago for the last time`];
  }
  return [];
}

function streamCheck(view: StreamView, askable: boolean, nowMs: number): StreamCheck {
  const { identity, status, problem } = view;
  const { input, stream } = identity;
  if (problem?.code === 'STREAM_NOT_STARTED') {
    // Workers of a cluster are ready before `apply` has run.
    return { ok: true, reasons: [], input, stream, state: 'not started', lagSeconds: null };
  }
  // Without Temporal no stream can answer, and that is said already.
  const reasons = problem !== undefined && askable ? [`${problem.code}: ${problem.message}`] : [];
  const unanswered = problem?.code === 'STREAM_ENDED' ? 'ended' : 'no answer';
  if (status === null) {
    return { ...checkOf(reasons), input, stream, state: unanswered, lagSeconds: null };
  }
  if (status.state !== 'paused' && status.state !== 'stopped') {
    reasons.push(...errorReasons(status.fetchError, ''));
    for (const [output, error] of Object.entries(status.outputErrors)) {
      reasons.push(...errorReasons(error, `output ${output}: `));
    }
    const { periodMs } = status.settings;
    const stillMs = nowMs - view.advancedMs;
    if (stillMs > PERIODS_WITHOUT_PROGRESS * periodMs + LEAST_WITHOUT_PROGRESS_MS) {
      reasons.push(
        `no progress for ${seconds(stillMs)} s, expected some every ${seconds(periodMs)} s`,
      );
    }
  }
  return {
    ...checkOf(reasons),
    input,
    stream,
    state: problem === undefined ? status.state : unanswered,
    lagSeconds: seconds(Math.max(0, nowMs - status.watermarkMs)),
  };
}

/**
 * An error is in force only after an activity has tried several times. The code alone: the message may name
 * addresses that whoever asks here need not know.
 */
function errorReasons(error: StreamError | null, where: string): string[] {
  if (error === null) return [];
  return [`${where}${error.code}, ${error.failures} failed rounds in a row`];
}

function checkOf(reasons: readonly string[]): Check {
  return { ok: reasons.length === 0, reasons };
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}
