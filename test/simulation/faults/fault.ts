import type { Cluster } from '../cluster.js';
import type { Random } from '../random.js';

/** Something that goes wrong, or that somebody does. */
export interface Fault {
  /** In words, as steps and figures name it. */
  readonly kind: string;
  /** How often it is drawn beside others; 1 unless said. */
  readonly weight?: number;
  /** What the product does not stand yet: drawn in seeds from `KNOWN_FROM` on alone. */
  readonly known?: string;
  /** Whether it can strike here. */
  fits?(cluster: Cluster): boolean;
  /** Strikes; what it gives back ends it. */
  strike(cluster: Cluster, random: Random): (() => void) | undefined;
}

/** Seeds from here on draw what the product does not stand yet, too. */
export const KNOWN_FROM = 1_000_000;

/** Sets a value, and gives back what sets it as it was. */
export function change<Target, Key extends keyof Target>(
  target: Target,
  key: Key,
  value: Target[Key],
): () => void {
  const before = target[key];
  target[key] = value;
  return () => {
    target[key] = before;
  };
}
