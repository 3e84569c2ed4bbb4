import pino from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import type { OutputConfig } from '../../../src/config/model.js';
import { warnOfWeakConfirmation } from '../../../src/worker/configured-outputs.js';
import { SENDING } from '../devo/segments.js';

const table = vi.hoisted(() => ({ readable: true }));
vi.mock('../../../src/devo/tcp-table.js', () => ({
  isTableReadable: () => Promise.resolve(table.readable),
}));
afterEach(() => {
  table.readable = true;
});

const RELAY: OutputConfig = {
  name: 'relay_1',
  type: 'syslog',
  address: 'relay',
  port: 601,
  confirmWaitMs: 5_000,
  sending: SENDING,
};
const CONSOLE: OutputConfig = { name: 'console_1', type: 'console' };

async function warnings(outputs: readonly OutputConfig[]): Promise<unknown[]> {
  const lines: unknown[] = [];
  const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) });
  await warnOfWeakConfirmation(outputs, log);
  return lines;
}

it('the start says once for which outputs confirmation is weaker on this host', async () => {
  expect(await warnings([RELAY, CONSOLE])).toEqual([]);
  table.readable = false;
  expect(await warnings([RELAY, CONSOLE])).toMatchObject([
    { code: 'DEVO_CONFIRM_WEAK', outputs: ['relay_1'] },
  ]);
  expect(await warnings([CONSOLE])).toEqual([]);
});
