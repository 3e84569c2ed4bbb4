import { CancellationScope, condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { Failure } from '../pull/lane-changes.js';
import { continued } from '../pull/work.js';
import type { Work } from '../pull/work.js';
import { failureOf, plainFailure, WORKER_STOPPED } from './failure.js';
import { deliver } from './deliver.js';
import { readLane } from './read.js';

/** A stream or backfill at work. */
export interface Run {
  readonly work: Work;
  /** True once no further step may begin: it was asked to stop, or the run is long. */
  readonly over: () => boolean;
  /** True once no further delivery may begin. */
  readonly leaving: () => boolean;
  /** The one wait: until it is so, the time has come, or the run is over (deliveries: until it is left). */
  wait(isSo: () => boolean, timer?: Timer, ends?: () => boolean): Promise<void>;
  /** Runs an activity that fetches, which a stop gives up. */
  fetching<Result>(activity: () => Promise<Result>): Promise<Attempt<Result>>;
  /** Something changed that Temporal UI shows. */
  show(): void;
}

/** What became of an activity that fetches. */
export type Attempt<Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** A stop gave it up, or its worker was stopped: no trouble of the stream's. */
  | { readonly kind: 'given up' };

export interface Timer {
  /** Epoch ms; null: for ever. */
  readonly untilMs: number | null;
  /** What Temporal UI shows of the timer. */
  readonly summary: string;
}

/** What ends a run from outside. */
export interface Control {
  /** It was cancelled, and can be only once: if that is taken back, another run goes on. */
  cancelled: boolean;
  /** What is being fetched: a stop gives it up, for it may wait for a quota, or for a worker that has gone. */
  readonly fetching: Set<CancellationScope>;
  readonly giveUp: () => void;
}

/** Listens for Request Cancellation, which is an orderly stop; called in the scope that is cancelled. */
export function begin(stop: () => void): Control {
  const fetching = new Set<CancellationScope>();
  const giveUp = () => {
    for (const scope of fetching) scope.cancel();
  };
  const control: Control = { cancelled: false, fetching, giveUp };
  CancellationScope.current().cancelRequested.catch(() => {
    control.cancelled = true;
    stop();
    giveUp();
  });
  return control;
}

/** A state that an earlier run hands on. */
export function continuedWork(state: Work): Work {
  try {
    return continued(state);
  } catch (error) {
    throw plainFailure('STATE_VERSION_FOREIGN', (error as Error).message);
  }
}

/** Most pulls of one run; the server suggests its end before, unless it is an old one. */
const PULLS_PER_RUN = 500;
/** After a stop what is fetched still goes out, unless an output stays down: then its segments go with the work. */
const LAST_DELIVERIES = '1 minute';

/** Works until it is asked to stop, all is done, or the run is long; then the caller continues it as new. */
export async function runWork(
  work: Work,
  control: Control,
  show: () => void,
  pullsPerRun: number = PULLS_PER_RUN,
): Promise<void> {
  const endCycles = work.totals.cycles + pullsPerRun;
  const over = () =>
    work.stopping ||
    control.cancelled ||
    workflowInfo().continueAsNewSuggested ||
    work.totals.cycles >= endCycles;
  let leaving = false;
  const run: Run = {
    work,
    over,
    leaving: () => leaving,
    show,
    async wait(isSo, timer, ends = over) {
      const wakes = () => isSo() || ends();
      const untilMs = timer?.untilMs ?? null;
      if (untilMs === null) {
        await condition(wakes);
        return;
      }
      const waitMs = Math.max(1, untilMs - Date.now());
      await condition(wakes, waitMs, { summary: timer?.summary ?? '' });
    },
    async fetching(activity) {
      const scope = new CancellationScope();
      control.fetching.add(scope);
      try {
        return { kind: 'done', result: await scope.run(activity) };
      } catch (error) {
        if (isCancellation(error)) return { kind: 'given up' };
        const failure = failureOf(error);
        return failure.code === WORKER_STOPPED ? { kind: 'given up' } : { kind: 'failed', failure };
      } finally {
        control.fetching.delete(scope);
      }
    },
  };
  const deliveries = deliver(run);
  await Promise.all(work.lanes.map(async (_, number) => await readLane(run, number)));
  if (work.stopping) {
    const ended = () => work.pending.length === 0 || !work.stopping;
    await condition(ended, LAST_DELIVERIES, { summary: 'last deliveries' });
  }
  leaving = true;
  await deliveries;
}
