/** How far a backfill was at one moment. */
export interface PaceSample {
  /** Epoch ms. */
  readonly atMs: number;
  /** Share of the range's time, 0 to 1. */
  readonly share: number;
  readonly records: number;
}

/** How fast it goes. */
export interface Pace {
  readonly recordsPerSecond: number;
  /** undefined while that cannot be told. */
  readonly leftMs: number | undefined;
}

/** Windows differ in size, so a shorter stretch would make the numbers jump. */
const STRETCH_MS = 60_000;

/** Keeps what `paceOf` needs: the samples of the last minute, and the one before them. */
export function withSample(samples: readonly PaceSample[], sample: PaceSample): PaceSample[] {
  const oldMs = sample.atMs - STRETCH_MS;
  const from = samples.findLastIndex(({ atMs }) => atMs <= oldMs);
  return [...samples.slice(Math.max(0, from)), sample];
}

/** The pace between the first and the last sample. */
export function paceOf(samples: readonly PaceSample[]): Pace {
  const [first, last] = [samples[0], samples.at(-1)];
  const tookMs = (last?.atMs ?? 0) - (first?.atMs ?? 0);
  if (first === undefined || last === undefined || tookMs <= 0) {
    return { recordsPerSecond: 0, leftMs: undefined };
  }
  const done = last.share - first.share;
  return {
    recordsPerSecond: ((last.records - first.records) * 1_000) / tookMs,
    leftMs: done > 0 ? ((1 - last.share) * tookMs) / done : undefined,
  };
}
