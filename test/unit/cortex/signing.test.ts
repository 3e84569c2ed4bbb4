import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../src/cortex/retry-after.js';
import { authHeaders } from '../../../src/cortex/signing.js';

const key = { apiKey: 'ExampleKey', apiKeyId: '7' };

describe('headers of a request', () => {
  it('hold a standard key as it is', () => {
    expect(authHeaders({ ...key, authType: 'standard' }, 1)).toEqual({
      'x-xdr-auth-id': '7',
      Authorization: 'ExampleKey',
    });
  });

  it('hold the signature of an advanced key, and not the key', () => {
    const nonce = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01';
    expect(authHeaders({ ...key, authType: 'advanced' }, 1_760_000_000_000, nonce)).toEqual({
      'x-xdr-auth-id': '7',
      'x-xdr-nonce': nonce,
      'x-xdr-timestamp': '1760000000000',
      Authorization: 'b3790d730a533d4b269e47cf4a769b05b40959a7adb55f2a3bff05af38875715',
    });
  });

  it('have a new nonce of 64 letters and digits each time', () => {
    const [one, two] = [1, 2].map(
      () => authHeaders({ ...key, authType: 'advanced' }, 1)['x-xdr-nonce'],
    );
    expect(one).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(one).not.toBe(two);
  });
});

describe('Retry-After', () => {
  const nowMs = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    ['2', 2_000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['86400', 600_000],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s means %s ms', (header, ms) => {
    expect(retryAfterMs(header, nowMs)).toBe(ms);
  });
});
