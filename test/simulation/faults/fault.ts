import type { Cluster } from '../cluster.js';
import type { Random } from '../random.js';

/** What ends a fault that goes on. */
export type Ending = (() => void) | undefined;

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
  strike(cluster: Cluster, random: Random): Ending | Promise<Ending>;
}

/** Seeds from here on draw what the product does not stand yet, too. */
export const KNOWN_FROM = 1_000_000;

/** Sets a value; what it gives back makes it calm, whatever other faults did to it meanwhile. */
export function change<Target, Key extends keyof Target>(
  target: Target,
  key: Key,
  value: Target[Key],
  calm: Target[Key],
): () => void {
  target[key] = value;
  return () => {
    target[key] = calm;
  };
}
