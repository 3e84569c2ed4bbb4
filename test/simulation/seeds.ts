/** A seed that always runs: it once showed something. */
export interface KeptSeed {
  readonly seed: number;
  readonly why: string;
  /** What the product does not stand yet, so that it may fail. */
  readonly known?: string;
}

export const SEEDS: readonly KeptSeed[] = [
  { seed: 90, why: 'segments of several lookbacks are deleted while their receiver hangs' },
  { seed: 352, why: 'a cancelled stream is taken back into the config while no worker lives' },
  { seed: 510, why: 'a stream is terminated and started again while no worker answers' },
  {
    seed: 20250,
    why: 'an incident cannot be read while a backfill asks for its alerts',
    known: 'a backfill ends though incidents that it set aside are still owed',
  },
];
