/** First and longest wait after an error that time alone may cure (network, 5xx, a full disk). */
const CURABLE_MS = { first: 10_000, most: 300_000 };
/** First and longest wait after an error that somebody has to cure (key, licence, config). */
const INCURABLE_MS = { first: 60_000, most: 1_800_000 };

/**
 * How long a stream rests after `failures` failures in a row (1 or more), each of which already had the
 * engine's own retries. Doubles up to 5 minutes where time may cure it, else up to 30 minutes.
 */
export function waitAfterFailureMs(failures: number, curable: boolean): number {
  const { first, most } = curable ? CURABLE_MS : INCURABLE_MS;
  return Math.min(most, first * 2 ** Math.min(failures - 1, 20));
}
