import { expect, test } from 'vitest';
import { runSlowReceiver } from './run-slow-receiver.js';

test(
  '100,000 events to a slow receiver take less than 350 MB',
  { timeout: 1_200_000 },
  async () => {
    const result = await runSlowReceiver({ events: 100_000, bytesPerSecond: 3_000_000 });
    process.stdout.write(`${JSON.stringify(result)}\n`);
    expect(result).toMatchObject({ lost: 0, duplicated: 0 });
    expect(result.peakMb).toBeLessThan(350);
  },
);
