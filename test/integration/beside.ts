import { setTimeout as delay } from 'node:timers/promises';

/** Something that is measured again and again while a test does other things. */
export interface Measuring {
  /** Ends it after the look under way; raises what a look raised. */
  end(): Promise<void>;
}

/** Looks every so often, one look at a time; the first that fails ends it. */
export function measureBeside(look: () => Promise<void>, everyMs = 100): Measuring {
  const ending = new AbortController();
  const looks = (async () => {
    while (!ending.signal.aborted) {
      await look();
      await delay(everyMs);
    }
  })();
  // Raised by `end`; a test that failed before it has closed the server under the look.
  looks.catch(() => undefined);
  return {
    async end() {
      ending.abort();
      await looks;
    },
  };
}
