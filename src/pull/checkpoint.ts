/** Keys of the records whose time fell into one slice of time; enough to know them again. */
export interface KeySlice {
  /** Start of the slice, epoch ms. */
  readonly fromMs: number;
  /** Short hashes of `KEY_LENGTH` characters each, one after the other. */
  readonly keys: string;
}

/** Characters of one short hash: 60 bits in base64url, so 5,000 keys meet a stranger once in 10^14 records. */
export const KEY_LENGTH = 10;
/** Most keys a checkpoint carries: about 50 KB of a workflow's state. */
export const KEY_CAP = 5_000;
/** Version of the shape below; `migrateCheckpoint` brings older ones up. */
export const CHECKPOINT_VERSION = 1;

/** Where a stream stands (Devo says persistence). Times are epoch ms. */
export interface Checkpoint {
  readonly schemaVersion: typeof CHECKPOINT_VERSION;
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

/** How far back a stream without a `start_time` begins: 24 hours before its first start. */
export const DEFAULT_START_MS = 24 * 60 * 60 * 1_000;
/** Width of the first window: one hour, then as dense as the data is. */
export const FIRST_STEP_MS = 60 * 60 * 1_000;

/** The persistence of a stream that has read nothing yet. */
export function newCheckpoint(start: {
  readonly startTimeMs: number;
  readonly configuredStartMs: number | null;
}): Checkpoint {
  return {
    schemaVersion: CHECKPOINT_VERSION,
    startTimeMs: start.startTimeMs,
    configuredStartMs: start.configuredStartMs,
    watermarkMs: start.startTimeMs - 1,
    recentKeys: [],
    coveredFromMs: start.startTimeMs,
    stepMs: FIRST_STEP_MS,
  };
}

/**
 * Brings a checkpoint of an earlier release up to this one. Raises an Error where it was written by a
 * newer release, or is no checkpoint at all: going on from a guess could lose records.
 */
export function migrateCheckpoint(checkpoint: { readonly schemaVersion: number }): Checkpoint {
  if (checkpoint.schemaVersion !== CHECKPOINT_VERSION) {
    throw new Error(
      `checkpoint schema version: found ${checkpoint.schemaVersion}, expected ${CHECKPOINT_VERSION}; run the release that wrote it`,
    );
  }
  return checkpoint as Checkpoint;
}
