import { describe, expect, it, vi } from 'vitest';
import { devoError } from '../../../src/devo/errors.js';
import { retrying, sendingPlan } from '../../../src/devo/retrying.js';
import { codeOfRejection, SENDING } from './segments.js';

const plan = sendingPlan({ ...SENDING, sendingRetries: 3 });
const never = new AbortController().signal;

async function tries(code: Parameters<typeof devoError>[0], retry: 'later' | 'never') {
  let made = 0;
  const result = await codeOfRejection(
    retrying(plan, never, () => {
      made += 1;
      return Promise.reject(devoError(code, 'no', retry));
    }),
  );
  return { made, result };
}

describe('retrying', () => {
  it('tries as often as configured and raises the last error', async () => {
    expect(await tries('DEVO_SEND_RESET', 'later')).toEqual({ made: 4, result: 'DEVO_SEND_RESET' });
  });

  it('does not repeat what only somebody can cure, nor what had its own tries', async () => {
    expect(await tries('DEVO_HTTP_TOKEN', 'never')).toEqual({ made: 1, result: 'DEVO_HTTP_TOKEN' });
    const refused = { made: 1, result: 'DEVO_CONNECT_REFUSED' };
    expect(await tries('DEVO_CONNECT_REFUSED', 'later')).toEqual(refused);
  });

  it('goes on for a minute at most, whatever was configured: only then is the failure seen', async () => {
    let nowMs = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    let made = 0;
    const slow = retrying({ ...plan, retries: 5 }, never, () => {
      made += 1;
      nowMs += 30_000;
      return Promise.reject(devoError('DEVO_SEND_TIMEOUT', 'no', 'later'));
    });
    expect(await codeOfRejection(slow)).toBe('DEVO_SEND_TIMEOUT');
    clock.mockRestore();
    expect(made).toBe(2);
  });

  it('ends a wait, and no try under way, when no more are wanted', async () => {
    const tries = new AbortController();
    const slow = { ...plan, initialWaitMs: 50_000, maxWaitMs: 50_000 };
    const waiting = retrying(slow, tries.signal, () => {
      setImmediate(() => tries.abort());
      return Promise.reject(devoError('DEVO_SEND_RESET', 'no', 'later'));
    });
    expect(await codeOfRejection(waiting)).toBe('DEVO_SEND_RESET');
    const underWay = retrying(slow, tries.signal, () => Promise.resolve('sent'));
    expect(await underWay).toBe('sent');
  });
});
