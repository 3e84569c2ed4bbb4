import { setTimeout as sleep } from 'node:timers/promises';
import { CortexError } from './errors.js';

/**
 * Waits before a page is asked for again. A window has up to 50 pages and is worth nothing without one of them:
 * where one request in seven fails, hardly any window would ever be whole without second tries of its pages.
 */
export const PAGE_WAITS_MS: readonly number[] = [500, 1_000, 2_000];

/** Runs `attempt` until it succeeds, fails with what time cannot cure, or has failed after the last wait. */
export async function repeating<T>(
  waitsMs: readonly number[],
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (const waitMs of waitsMs) {
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof CortexError) || error.retry !== 'later') throw error;
    }
    // An aborted wait ends at once; the next attempt raises the signal's own reason.
    await sleep(waitMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    signal?.throwIfAborted();
  }
  return await attempt();
}
