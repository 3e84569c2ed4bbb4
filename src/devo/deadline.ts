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
