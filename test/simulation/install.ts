import { createRequire, syncBuiltinESMExports } from 'node:module';
import { createRandom } from './random.js';
import type { Random } from './random.js';
import { installClock } from './time/clock.js';
import { installDisks } from './world/disk.js';

let lots: Random = createRandom(0);

/** What the product draws by itself, names of files for example, comes from here for now. */
export function drawFrom(random: Random): void {
  lots = random;
}

/** Puts virtual time, disks and lots in the place of the process's own, for the rest of its life. */
export function install(): void {
  installClock();
  installDisks();
  Math.random = () => lots.next();
  const crypto = createRequire(import.meta.url)('node:crypto') as { randomUUID: () => string };
  crypto.randomUUID = () => {
    const hex = Array.from({ length: 32 }, () => lots.below(16).toString(16)).join('');
    return [0, 8, 12, 16, 20].map((at, n, starts) => hex.slice(at, starts[n + 1])).join('-');
  };
  syncBuiltinESMExports();
}
