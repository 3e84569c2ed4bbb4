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
    schemaVersion: CHECKPOINT_VERSION,
    startTimeMs: firstMs,
    configuredStartMs,
    watermarkMs: firstMs - 1,
    recentKeys: [],
    coveredFromMs: firstMs,
    stepMs: START_STEP_MS,
  };
}

/** Turns a checkpoint of one version into the next one's shape, `schemaVersion` included. */
export type CheckpointMigration = (older: Readonly<Record<string, unknown>>) => unknown;

/** By the version they start from; version 1 is the first. */
const MIGRATIONS: Readonly<Record<number, CheckpointMigration>> = {};

/**
 * Brings a checkpoint of any earlier release up to this one; a current one comes back as it is.
 * Raises an Error for one of a newer release and for anything that is no checkpoint.
 */
export function migrateCheckpoint(
  value: unknown,
  migrations: Readonly<Record<number, CheckpointMigration>> = MIGRATIONS,
): Checkpoint {
  let current = value;
  for (;;) {
    if (isCheckpoint(current)) return current;
    const version = versionOf(current);
    if (version > CHECKPOINT_VERSION) {
      throw new Error(
        `found a checkpoint of version ${version}, expected at most ${CHECKPOINT_VERSION}: it was written by a newer release; run that one, or reset the persistence`,
      );
    }
    const migration = migrations[version];
    const next = migration?.(current as Readonly<Record<string, unknown>>);
    if (next === undefined || versionOf(next) <= version) {
      throw new Error(
        `found a checkpoint of version ${version} that this release cannot read, expected the shape of version ${CHECKPOINT_VERSION}; reset the persistence`,
      );
    }
    current = next;
  }
}

function versionOf(value: unknown): number {
  const version: unknown =
    typeof value === 'object' && value !== null && 'schemaVersion' in value
      ? value.schemaVersion
      : undefined;
  if (typeof version !== 'number' || !Number.isInteger(version)) {
    throw new Error(
      'found something that is no checkpoint, expected an object with a schemaVersion; reset the persistence',
    );
  }
  return version;
}

function isCheckpoint(value: unknown): value is Checkpoint {
  if (versionOf(value) !== CHECKPOINT_VERSION) return false;
  const candidate = value as Partial<Checkpoint>;
  const { startTimeMs, configuredStartMs, watermarkMs, recentKeys, coveredFromMs, stepMs } =
    candidate;
  return (
    [startTimeMs, watermarkMs, coveredFromMs, stepMs].every(Number.isInteger) &&
    (configuredStartMs === null || typeof configuredStartMs === 'number') &&
    Array.isArray(recentKeys) &&
    recentKeys.every(isKeySlice)
  );
}

function isKeySlice(value: unknown): value is KeySlice {
  const { fromMs, untilMs, keys } = (value ?? {}) as Partial<KeySlice>;
  return (
    Number.isInteger(fromMs) &&
    Number.isInteger(untilMs) &&
    typeof keys === 'string' &&
    keys.length % KEY_LENGTH === 0
  );
}
