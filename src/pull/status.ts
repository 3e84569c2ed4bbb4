import type { OwedError, OwedReason } from './owed.js';
import type { StreamIdentity, StreamSettings, TimeField } from './settings.js';
import type { TimeWindow } from './window.js';

/** What went wrong last, as `status`, the log and Temporal UI show it. */
export interface StreamError {
  /** Stable code, see `docs/troubleshooting.md`. */
  readonly code: string;
  readonly message: string;
  readonly atMs: number;
  /** Failures in a row, this one included. */
  readonly failures: number;
  /** When it is tried again; null: at once. Epoch ms. */
  readonly nextTryMs: number | null;
}

/** Sums since the stream was first started. */
export interface StreamTotals {
  readonly cycles: number;
  readonly requests: number;
  readonly records: number;
  readonly duplicates: number;
  readonly malformed: number;
  /** Events of fetched segments; each goes to every output. */
  readonly events: number;
  readonly bytes: number;
  readonly segments: number;
  /** Segments fetched again because their file or host was lost. */
  readonly refetched: number;
}

/** One pull cycle, from its first window until the data was up to date. */
export interface PullSummary {
  /** `@devo_pulling_id`: the time the cycle began, epoch ms. */
  readonly pullingId: number;
  readonly endedMs: number | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly requests: number;
  readonly records: number;
  readonly duplicates: number;
  readonly events: number;
  readonly segments: number;
}

/** A restart of the persistence. */
export interface ResetNote {
  readonly atMs: number;
  readonly startTimeMs: number;
  /** `requestId` of the request, so that the same one twice is one reset; null: it had none. */
  readonly requestId: string | null;
}

/** What could not be had yet, as `status` and Temporal UI show it. Times are epoch ms. */
export interface OwedView {
  readonly reason: OwedReason;
  readonly window: TimeWindow | null;
  /** Ids of incidents, where only some are owed. */
  readonly incidents: readonly string[];
  /** Outputs that lack it; empty: it was never read, so all of them. */
  readonly outputs: readonly string[];
  readonly sinceMs: number;
  readonly failures: number;
  /** null: it is read again, and waits to be delivered. */
  readonly nextTryMs: number | null;
  readonly error: OwedError | null;
}

/**
 * `pulling`: reads windows; `waiting`: up to date until the next pull; `blocked`: has fetched ahead and
 * waits for an output; `failing`: waits after an error; `paused`: by an operator; `stopped`: left the config.
 */
export type StreamState = 'pulling' | 'waiting' | 'blocked' | 'failing' | 'paused' | 'stopped';

/** Answer of the query `status`. */
export interface StreamStatus extends StreamIdentity {
  readonly state: StreamState;
  /** Where this persistence began, epoch ms. */
  readonly startTimeMs: number;
  /** Everything up to here is confirmed by every output, epoch ms. */
  readonly watermarkMs: number;
  /** Everything up to here is fetched, epoch ms. */
  readonly fetchedToMs: number;
  /** Keys kept for recognising records in the lookback. */
  readonly keys: number;
  /** Fetched segments not yet confirmed, by output. */
  readonly pendingByOutput: Readonly<Record<string, number>>;
  readonly totals: StreamTotals;
  readonly lastPull: PullSummary | null;
  /** The last ones, the newest first. */
  readonly pulls: readonly PullSummary[];
  /** What is left out of the watermark: it is read again and holds up nothing else. */
  readonly owed: readonly OwedView[];
  readonly pausedSinceMs: number | null;
  readonly lastReset: ResetNote | null;
  /** Error of the fetching side in force, null when the last try went well. */
  readonly fetchError: StreamError | null;
  /** Errors of outputs in force, by output. */
  readonly outputErrors: Readonly<Record<string, StreamError>>;
  /** Last refused signal; stays until a good one comes. */
  readonly refusedSignal: StreamError | null;
  readonly nextPullMs: number | null;
  /** What alerts are asked by since the tenant refused `server_creation_time`; null: as the config has it. */
  readonly timeField: TimeField | null;
  readonly settings: StreamSettings;
  readonly warnings: readonly string[];
}
