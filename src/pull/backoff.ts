/** Waits after an error that time alone may cure (network, 5xx, a full disk): after the first failure, the next, at most. */
const CURABLE_MS = { once: 1_000, first: 10_000, most: 300_000 };
/** First and longest wait after an error that somebody has to cure (key, licence, config). */
const INCURABLE_MS = { first: 60_000, most: 1_800_000 };

/**
 * How long a stream rests after `failures` failures in a row (1 or more). The first of them is shown without the
 * engine's own tries, so the second try follows soon. Doubles up to 5 minutes where time may cure it, else up to
 * 30 minutes.
 */
export function waitAfterFailureMs(failures: number, curable: boolean): number {
  if (curable && failures === 1) return CURABLE_MS.once;
  const { first, most } = curable ? CURABLE_MS : INCURABLE_MS;
  const doublings = curable ? failures - 2 : failures - 1;
  return Math.min(most, first * 2 ** Math.min(doublings, 20));
}
