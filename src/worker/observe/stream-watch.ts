import type { StreamIdentity } from '../../pull/settings.js';
import type { StreamStatus } from '../../pull/status.js';
import type { StreamReport } from '../status.js';

/** One stream as this process knows it. */
export interface StreamView {
  readonly identity: StreamIdentity;
  /** Of the last time it answered; null: never since this process began. */
  readonly status: StreamStatus | null;
  /** Why it gave no answer when it was asked last. */
  readonly problem: { readonly code: string; readonly message: string } | undefined;
  /** When its watermark was last seen to move, at first when it was first seen; epoch ms. */
  readonly advancedMs: number;
  /** When a pull cycle last ended; null: none did as far as this process knows; epoch ms. */
  readonly lastSuccessMs: number | null;
}

/** What the last look found. */
export interface WatchedState {
  /** When the look ended, epoch ms; null: none ended yet. */
  readonly lookedMs: number | null;
  readonly temporalReachable: boolean;
  readonly streams: readonly StreamView[];
  /** Segments on this host's disk; null: not known. */
  readonly backlog: { readonly segments: number; readonly bytes: number } | null;
}

export interface StreamWatchOptions {
  readonly readStreams: () => Promise<readonly StreamReport[]>;
  /** Rejects where Temporal gives no answer in time. */
  readonly pingTemporal: () => Promise<unknown>;
  readonly readBacklog: () => Promise<{ segments: number; bytes: number }>;
  /** A stream was seen to have ended since the last look. */
  readonly onEnded: (report: StreamReport) => void;
  readonly nowMs: () => number;
}

/** Keeps what streams, Temporal and disk said last, so that nobody who asks for it has to wait. */
export interface StreamWatch {
  state(): WatchedState;
  /** A pull cycle of this workflow ended. */
  pullEnded(workflowId: string, endedMs: number): void;
  /** Asks all of them once; never rejects. A look that still runs is not doubled. */
  look(): Promise<void>;
  /** Resolves when no look is under way. */
  idle(): Promise<void>;
}

/** Starts knowing nothing. */
export function createStreamWatch(options: StreamWatchOptions): StreamWatch {
  const views = new Map<string, StreamView>();
  const lastSuccess = new Map<string, number>();
  let state: Omit<WatchedState, 'streams'> = {
    lookedMs: null,
    temporalReachable: false,
    backlog: null,
  };
  let running: Promise<void> | undefined;

  function pullEnded(workflowId: string, endedMs: number): void {
    lastSuccess.set(workflowId, Math.max(endedMs, lastSuccess.get(workflowId) ?? 0));
  }

  function see(report: StreamReport): void {
    const { identity, workflowId, status, problem } = report;
    const nowMs = options.nowMs();
    const before = views.get(workflowId);
    const ended = problem?.code === 'STREAM_ENDED';
    if (ended && problem.message !== before?.problem?.message) options.onEnded(report);
    const endedMs = status?.lastPull?.endedMs;
    if (endedMs !== undefined && endedMs !== null) pullEnded(workflowId, endedMs);
    const moved = status !== null && status.watermarkMs !== before?.status?.watermarkMs;
    views.set(workflowId, {
      identity,
      status: status ?? before?.status ?? null,
      problem,
      advancedMs: before === undefined || moved ? nowMs : before.advancedMs,
      lastSuccessMs: null,
    });
  }

  async function lookOnce(): Promise<void> {
    const [pinged, reports, backlog] = await Promise.allSettled([
      options.pingTemporal(),
      options.readStreams(),
      options.readBacklog(),
    ]);
    if (reports.status === 'fulfilled') {
      const asked = new Set(reports.value.map(({ workflowId }) => workflowId));
      // What left the config is not waited for.
      for (const workflowId of views.keys()) if (!asked.has(workflowId)) views.delete(workflowId);
      reports.value.forEach(see);
    }
    state = {
      lookedMs: options.nowMs(),
      temporalReachable: pinged.status === 'fulfilled',
      backlog: backlog.status === 'fulfilled' ? backlog.value : null,
    };
  }

  return {
    state: () => ({
      ...state,
      streams: [...views].map(([workflowId, view]) => ({
        ...view,
        lastSuccessMs: lastSuccess.get(workflowId) ?? null,
      })),
    }),
    pullEnded,
    look: async () => {
      running ??= lookOnce().finally(() => {
        running = undefined;
      });
      await running;
    },
    idle: async () => await running,
  };
}
