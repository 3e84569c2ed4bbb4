import { START_STEP_MS } from './step.js';

/** Keys of the records whose time fell into one slice of time; enough to know them again. */
export interface KeySlice {
  /** Start of the slice, epoch ms. */
  readonly fromMs: number;
  /** End of the slice, epoch ms, not part of it. Widths differ: settings change, and crowds are cut finer. */
  readonly untilMs: number;
  /** Short hashes of `KEY_LENGTH` characters each, one after the other. */
  readonly keys: string;
}

/** Characters of one short hash: 60 bits in base64url, so 5,000 keys meet a stranger once in 10^14 records. */
export const KEY_LENGTH = 10;

/** Where a stream stands (Devo says persistence). Times are epoch ms. */
export interface Checkpoint {
  /** Where this persistence began. */
  readonly startTimeMs: number;
  /** `start_time` of the config at that moment, null where it had none: a changed one starts anew. */
  readonly configuredStartMs: number | null;
  /** Every record that the API showed at or before this time has been read; `startTimeMs - 1` at first. */
  readonly watermarkMs: number;
  /** Slices in ascending order, holding every record from `coveredFromMs` to the watermark. */
  readonly recentKeys: readonly KeySlice[];
  /** From here on `recentKeys` is complete; a lookback never goes further back. */
  readonly coveredFromMs: number;
  /** Width of the next window, adapted to the density met so far. */
  readonly stepMs: number;
}

/** How far back a stream without `start_time` begins: 24 hours before its first start. */
export const DEFAULT_START_MS = 24 * 3_600_000;

/** Where a persistence begins, epoch ms. */
export interface CheckpointStart {
  readonly startTimeMs: number;
  /** `start_time` of the config, null where it has none. */
  readonly configuredStartMs: number | null;
}

/** The checkpoint of a stream that has read nothing yet. */
export function newCheckpoint({ startTimeMs, configuredStartMs }: CheckpointStart): Checkpoint {
  // The API refuses a filter value of 0.
  const firstMs = Math.max(1, Math.floor(startTimeMs));
  return {
    startTimeMs: firstMs,
    configuredStartMs,
    watermarkMs: firstMs - 1,
    recentKeys: [],
    coveredFromMs: firstMs,
    stepMs: START_STEP_MS,
  };
}
