import { setFlagsFromString } from 'node:v8';

/**
 * Percent by which the heap may grow beyond what was alive at its last collection. V8's own measure depends on
 * the machine's memory and lets it grow to a multiple. Measured while it pulled: 370 MB without, 260 MB with it;
 * it costs CPU for more collections, see docs/performance.md.
 */
const GROWTH_PERCENT = 20;

/** Keeps this process small on any machine; to be called before its work begins. */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
