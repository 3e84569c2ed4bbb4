import {
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';
import type { CollectorActivities } from '../pull/activity-contract.js';
import { LIMITS } from '../pull/limits.js';
import type { StreamIdentity } from '../pull/settings.js';
import { waitAfterFailureMs } from '../pull/backoff.js';
import { formatDuration } from '../pull/time-text.js';
import type { Failure } from './failure.js';
import { isSegmentLost, reportFailure } from './failure.js';
import { addWarnings, waitingFor } from './work-state.js';
import type { PendingSegment, WorkControl, WorkState } from './work-state.js';

/** A delivery to an output that failed last may finish this long before a run continues as new. */
const DRAIN_MS = 30_000;

/** Shown as a warning: it delivers, as far as one can tell. */
const UNCONFIRMED = {
  code: 'DEVO_UNCONFIRMED',
  text: 'took whole segments and never closed the connection; they count as delivered',
} as const;

/** Sends pending segments, per output one at a time and in order, beside the fetching. */
export interface Deliveries {
  /** Starts what can start; called whenever something became pending. */
  pump(): void;
  /** Whether the next window may be fetched: some segments ahead of the fastest output, and disk for the slowest. */
  hasRoom(): boolean;
  /** Lets what is in progress finish and starts nothing meanwhile; cancels it after a while where outputs are down, for it can be sent again. */
  drain(): Promise<void>;
}

/** What deliveries need from the stream they belong to. */
export interface DeliveryHost {
  readonly identity: StreamIdentity;
  readonly state: WorkState;
  readonly control: WorkControl;
  /** Segments that may wait for the fastest output while further ones are fetched: one per lane. */
  readonly ahead: number;
  /** Fetches the window of a lost segment again and puts the result in its place; ends early when `given up` says so. */
  refetch(item: PendingSegment, givenUp: () => boolean): Promise<void>;
  /** Something changed that the UI shows. */
  changed(): void;
}

/** Starts with nothing under way. */
export function createDeliveries(host: DeliveryHost): Deliveries {
  const { state, control } = host;
  let scope = new CancellationScope();
  const busy = new Set<string>();
  const refetching = new Map<PendingSegment, Promise<void>>();
  let draining = false;

  const isConfigured = (output: string) => state.settings.outputs.includes(output);

  function pump(): void {
    for (const output of state.settings.outputs) {
      if (draining || busy.has(output)) continue;
      const item = state.pending.find((each) => each.outputs.includes(output));
      if (item === undefined) continue;
      busy.add(output);
      void scope
        .run(() => attempt(output, item))
        .catch((error: unknown) => {
          if (!isCancellation(error)) throw error;
        })
        .finally(() => {
          busy.delete(output);
          host.changed();
          pump();
        });
    }
  }

  async function attempt(output: string, item: PendingSegment): Promise<void> {
    await refetching.get(item);
    if (!state.pending.includes(item)) return;
    if (item.lost) {
      await refetchOnce(item);
      return;
    }
    const failures = state.outputErrors[output]?.failures ?? 0;
    try {
      await deliver(item, output, failures);
    } catch (error) {
      if (isCancellation(error)) throw error;
      const failure = reportFailure(error);
      if (isSegmentLost(failure)) {
        if (failure.code === 'HOST_GONE') loseAllOf(item.segment.hostQueue);
        show(output, failure, failures + 1, null);
        await refetchOnce(item);
        return;
      }
      await rest(output, failure, failures + 1);
      return;
    }
    state.outputErrors = without(state.outputErrors, output);
    item.outputs = item.outputs.filter((each) => each !== output);
    state.pending = state.pending.filter((each) => each.outputs.length > 0);
  }

  async function deliver(item: PendingSegment, output: string, failures: number): Promise<void> {
    const { segment } = item;
    const { deliverSegment } = proxyActivities<CollectorActivities>({
      taskQueue: segment.hostQueue,
      scheduleToStartTimeout: state.settings.hostGoneAfterMs,
      startToCloseTimeout: '1 hour',
      heartbeatTimeout: '30 seconds',
      retry: {
        initialInterval: '1 second',
        maximumInterval: '30 seconds',
        // One at first, so that the status soon says why: by Devo's defaults an output that does not answer
        // takes a minute to say so. Each further round costs six history events.
        maximumAttempts: failures === 0 ? 1 : 10,
      },
    });
    const receipt = await deliverSegment.executeWithOptions(
      { summary: `${segment.events} events to ${output}` },
      [{ ...host.identity, segment, output, outputs: state.settings.outputs }],
    );
    if (receipt.confirmation !== 'unconfirmed') return;
    const { code, text } = UNCONFIRMED;
    addWarnings(state, [`${code}: ${output} ${text}`]);
  }

  /** Whatever waits for a host that is gone is lost, and would be found so one long wait after the other. */
  function loseAllOf(hostQueue: string): void {
    for (const item of state.pending) item.lost ||= item.segment.hostQueue === hostQueue;
  }

  /** Shows the error; a curable one had its waits between the engine's tries, the others wait here. */
  async function rest(output: string, failure: Failure, failures: number): Promise<void> {
    const waitMs = failure.curable ? 0 : waitAfterFailureMs(failures, false);
    show(output, failure, failures, waitMs === 0 ? null : Date.now() + waitMs);
    if (waitMs === 0) return;
    const { wakes } = control;
    const over = () => draining || control.wakes !== wakes || !isConfigured(output);
    await condition(over, waitMs, {
      summary: `${output} again in ${formatDuration(waitMs)}`,
    });
  }

  function show(
    output: string,
    { code, message }: Failure,
    failures: number,
    nextTryMs: number | null,
  ): void {
    // An output that has left the config takes its errors with it.
    if (!isConfigured(output)) return;
    const error = { code, message, atMs: Date.now(), failures, nextTryMs };
    state.outputErrors = { ...state.outputErrors, [output]: error };
    host.changed();
  }

  /** Two outputs may miss the same segment at once; it is fetched again once. */
  async function refetchOnce(item: PendingSegment): Promise<void> {
    const running =
      refetching.get(item) ??
      host.refetch(item, () => draining).finally(() => refetching.delete(item));
    refetching.set(item, running);
    await running;
  }

  return {
    pump,
    hasRoom() {
      const waiting = state.settings.outputs.map((output) => waitingFor(state, output));
      return Math.min(...waiting) <= host.ahead && state.pending.length < LIMITS.pendingSegments;
    },
    async drain() {
      draining = true;
      const finished = () => busy.size === 0;
      while (!(await condition(finished, DRAIN_MS, { summary: 'deliveries finish' }))) {
        // A slow receiver takes longer, and would have to take the same segment twice.
        const isWell = (output: string) => state.outputErrors[output] === undefined;
        if ([...busy].some((output) => isConfigured(output) && isWell(output))) continue;
        scope.cancel();
        await condition(finished);
        scope = new CancellationScope();
      }
      draining = false;
    },
  };
}

function without<Value>(record: Record<string, Value>, key: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
