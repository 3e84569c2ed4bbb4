import type { StreamIdentity, StreamSettings, TimeField } from './settings.js';

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
