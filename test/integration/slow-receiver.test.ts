import { expect, test } from 'vitest';
import { runSlowReceiver } from '../chaos/run-slow-receiver.js';

test('a slow receiver does not grow the process', async () => {
  const result = await runSlowReceiver({ events: 24_000, bytesPerSecond: 3_000_000 });
  process.stdout.write(`slow receiver: ${JSON.stringify(result)}\n`);
  expect(result).toMatchObject({ lost: 0, duplicated: 0 });
  // All of it in memory, parsed and joined, would be a multiple of this.
  expect(result.peakMb).toBeLessThan(350);
});
