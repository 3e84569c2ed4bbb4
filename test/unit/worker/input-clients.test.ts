import { expect, test } from 'vitest';
import type { InputConfig } from '../../../src/config/model.js';
import { inputClients } from '../../../src/worker/input-clients.js';

const INPUT = {
  name: 'one',
  id: '1',
  proxy: undefined,
  credentials: { apiKey: 'k', apiKeyId: '1', authType: 'standard' },
  requestLimits: [{ requests: 10, periodMs: 1_000 }],
} as Partial<InputConfig> as InputConfig;

test('each input has a quota of its own, all streams of one share it, and it outlives a changed key', () => {
  const limiters: unknown[] = [];
  const clientOf = inputClients((_, limiter) => {
    limiters.push(limiter);
    return () => undefined;
  });
  const first = clientOf(INPUT);
  expect(clientOf({ ...INPUT })).toBe(first);
  expect(clientOf({ ...INPUT, name: 'other', id: '2' })).not.toBe(first);
  const credentials = { ...INPUT.credentials, apiKey: 'changed' };
  expect(clientOf({ ...INPUT, credentials })).not.toBe(first);
  clientOf({ ...INPUT, requestLimits: [{ requests: 5, periodMs: 1_000 }] });
  const [one, other, sameAsOne, slower] = limiters;
  expect(sameAsOne).toBe(one);
  expect(new Set([one, other, slower]).size).toBe(3);
});
