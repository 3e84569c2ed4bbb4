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
