import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;
/** Longer than what a busy machine takes for anything that is waited for here, shorter than a test may take. */
const WITHIN_MS = 120_000;

/** Looks again until it sees what is wanted, and returns that; when the time is over it tells what it saw at last. */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  isWanted: (seen: T) => boolean = Boolean,
  withinMs = WITHIN_MS,
): Promise<T> {
  const startMs = performance.now();
  for (;;) {
    const seen = await look();
    if (isWanted(seen)) return seen;
    if (performance.now() - startMs > withinMs) {
      throw new Error(`waited for ${what}, saw ${JSON.stringify({ seen }).slice(0, 3_000)}`);
    }
    await delay(LOOK_EVERY_MS);
  }
}
