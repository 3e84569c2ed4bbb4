import type { Cluster, Listener } from '../cluster.js';

/** One property of the collector, in words, watched while a world runs and looked at in the end. */
export interface Check extends Listener {
  /** What has to hold. */
  readonly property: string;
  /** When all is at rest again; what does not hold, one line each. */
  atEnd?(cluster: Cluster): string[] | Promise<string[]>;
}

/** What does not hold. */
export interface Problem {
  readonly property: string;
  readonly text: string;
}
