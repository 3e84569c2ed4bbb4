import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** Steps of a wait: where this process stood still, it reads what came meanwhile before the next one is over. */
const STEPS = 8;

/** A signal that aborts with any of others, or when the time is up; `clear` ends the clock. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly clear: () => void;
}

/**
 * Starts the clock of a deadline. Its timer holds the signal: in Node.js 20 an `AbortSignal.timeout` that only
 * an `AbortSignal.any` refers to is collected as garbage, never aborts, and the wait has no end.
 */
export function startDeadline(timeoutMs: number, others: readonly AbortSignal[]): Deadline {
  const timeUp = new AbortController();
  const timer = setTimeout(() => {
    timeUp.abort();
  }, timeoutMs);
  return {
    signal: AbortSignal.any([timeUp.signal, ...others]),
    clear: () => {
      clearTimeout(timer);
    },
  };
}

/** Lets time pass in which this process sees what comes, to the end; raises the signal's abort. */
export async function passing(ms: number, signal: AbortSignal): Promise<void> {
  for (let step = 0; step < STEPS; step += 1) await sleep(ms / STEPS, undefined, { signal });
  await nextTurn(undefined, { signal });
}
