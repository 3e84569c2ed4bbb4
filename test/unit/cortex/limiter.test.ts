import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CortexError } from '../../../src/cortex/errors.js';
import { createLimiter } from '../../../src/cortex/limiter.js';

const TEN_PER_SECOND = [{ requests: 10, periodMs: 1_000 }];
const live = { priority: 'live', kind: 'alerts' } as const;

/** Asks for `count` turns and notes when each is given, in ms from now. */
function startTimes(limiter: ReturnType<typeof createLimiter>, count: number): number[] {
  const begin = performance.now();
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    void limiter.run(() => Promise.resolve(times.push(performance.now() - begin)), live);
  }
  return times;
}

function mostWithin(times: readonly number[], periodMs: number): number {
  return Math.max(
    ...times.map((from) => times.filter((time) => time >= from && time < from + periodMs).length),
  );
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the limiter of an input', () => {
  it('starts no more than the limit in any second, and hardly less', async () => {
    const times = startTimes(createLimiter(TEN_PER_SECOND), 35);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(times).toHaveLength(35);
    expect(mostWithin(times, 1_000)).toBe(10);
    expect(times.at(-1)).toBeLessThan(3_500);
  });

  it('brings no more than the limit to the server in any second, whatever the way there does', async () => {
    const limiter = createLimiter(TEN_PER_SECOND);
    const arrivals: number[] = [];
    const request = async (toServerMs: number) => {
      await new Promise((resolve) => setTimeout(resolve, toServerMs));
      arrivals.push(performance.now());
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    // The way takes 20 ms, and stalls now and then, as behind a busy server or a lost packet.
    const stalls = [20, 20, 20, 700, 20, 20, 1_500, 20, 20, 20, 20, 300, 20];
    for (let at = 0; at < 200; at++) {
      void limiter.run(() => request(stalls[at % stalls.length] ?? 20), live);
    }
    await vi.advanceTimersByTimeAsync(120_000);
    expect(arrivals).toHaveLength(200);
    expect(mostWithin(arrivals, 1_000)).toBeLessThanOrEqual(10);
  });

  it.each([500, 3_000, 9_000])(
    'brings no more than the limit in any second to a server that stands still for %i ms now and then',
    async (stallMs) => {
      const limiter = createLimiter(TEN_PER_SECOND);
      const beganMs = performance.now();
      const arrivals: number[] = [];
      // It stands still at the end of every 15 s, with whatever reaches it then.
      const awakeMs = (atMs: number) => {
        const intoMs = (atMs - beganMs) % 15_000;
        return intoMs < 15_000 - stallMs ? atMs : atMs + 15_000 - intoMs;
      };
      const until = (atMs: number) =>
        new Promise((resolve) => setTimeout(resolve, atMs - performance.now()));
      const request = async () => {
        const arrivalMs = awakeMs(performance.now() + 1);
        await until(arrivalMs);
        arrivals.push(arrivalMs);
        await until(awakeMs(arrivalMs + 300));
      };
      const ask = async () => {
        while (performance.now() - beganMs < 120_000) await limiter.run(request, live);
      };
      for (let stream = 0; stream < 20; stream++) void ask();
      await vi.advanceTimersByTimeAsync(150_000);
      expect(arrivals.length).toBeGreaterThan(200);
      expect(mostWithin(arrivals, 1_000)).toBeLessThanOrEqual(10);
    },
  );

  it('uses the whole limit where replies are slow and steady', async () => {
    const limiter = createLimiter(TEN_PER_SECOND);
    const times: number[] = [];
    for (let at = 0; at < 200; at++) {
      void limiter.run(async () => {
        times.push(performance.now());
        await new Promise((resolve) => setTimeout(resolve, 300));
      }, live);
    }
    await vi.advanceTimersByTimeAsync(60_000);
    const seconds = ((times.at(-1) ?? 0) - (times.at(20) ?? 0)) / 1_000;
    expect(179 / seconds).toBeGreaterThan(9.7);
  });

  it('starts no two requests at once, so that their replies do not wait for each other', async () => {
    const times = startTimes(createLimiter(TEN_PER_SECOND), 30);
    await vi.advanceTimersByTimeAsync(10_000);
    const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(80);
  });

  it('spaces requests of a long period no further than a tenth of a second', async () => {
    const times = startTimes(createLimiter([{ requests: 60, periodMs: 60_000 }]), 60);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(times.at(-1)).toBe(5_900);
  });

  it('keeps several limits at once', async () => {
    const limits = [...TEN_PER_SECOND, { requests: 15, periodMs: 60_000 }];
    const times = startTimes(createLimiter(limits), 30);
    await vi.advanceTimersByTimeAsync(70_000);
    expect(mostWithin(times, 1_000)).toBe(10);
    expect(mostWithin(times, 60_000)).toBe(15);
    expect(times).toHaveLength(30);
  });

  it('lets live pulls go before backfills that asked earlier', async () => {
    const limiter = createLimiter([{ requests: 1, periodMs: 1_000 }]);
    const order: string[] = [];
    const ask = (name: string, priority: 'live' | 'backfill') =>
      void limiter.run(() => Promise.resolve(order.push(name)), { ...live, priority });
    ask('first', 'live');
    await vi.advanceTimersByTimeAsync(0);
    ask('at the gate', 'backfill');
    ask('old range', 'backfill');
    ask('now', 'live');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(order).toEqual(['first', 'at the gate', 'now', 'old range']);
  });

  it('pauses for as long as a refusal asks, then goes on at half its rate', async () => {
    const limiter = createLimiter(TEN_PER_SECOND);
    limiter.rateLimited(3_000);
    const times = startTimes(limiter, 10);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(times[0]).toBe(3_000);
    expect(mostWithin(times, 1_000)).toBe(5);
    expect(limiter.share).toBe(0.5);
  });

  it('doubles its pause from refusal to refusal, up to a minute', async () => {
    const limiter = createLimiter(TEN_PER_SECOND);
    const pauses: (number | undefined)[] = [];
    for (let i = 0; i < 8; i++) {
      // Far enough apart for the lowest rate, so that only the pause is left to wait for.
      await vi.advanceTimersByTimeAsync(120_000);
      limiter.rateLimited(undefined);
      const beginMs = performance.now();
      const turn = limiter.run(() => Promise.resolve(performance.now() - beginMs), live);
      // Refusals that go on are an error, which says how long the pause still is.
      const pause = turn.catch((error: unknown) => (error as CortexError).retryAfterMs);
      await vi.advanceTimersByTimeAsync(61_000);
      pauses.push(await pause);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('refuses whoever waits in a queue that would not move within a minute, and asks again after the pause', async () => {
    const limiter = createLimiter(TEN_PER_SECOND);
    const beginMs = performance.now();
    const asked: number[] = [];
    const failed: Record<string, number> = {};
    let answer = 429;
    const stream = async (name: string) => {
      for (;;) {
        try {
          return await limiter.run(() => {
            asked.push(performance.now() - beginMs);
            if (answer === 200) limiter.succeeded();
            else limiter.rateLimited(undefined);
            return Promise.resolve(answer);
          }, live);
        } catch {
          failed[name] ??= performance.now() - beginMs;
          await new Promise((resolve) => setTimeout(resolve, 1_000));
        }
      }
    };
    const streams = ['incidents', 'alerts', 'all_alerts', 'audit_managements', 'agent_audits'];
    const again = async (name: string): Promise<void> => {
      while ((await stream(name)) === 429);
    };
    for (const name of streams) void again(name);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(Object.keys(failed).sort()).toEqual([...streams].sort());
    expect(asked.length).toBeLessThan(20);
    const before = asked.length;
    answer = 200;
    await vi.advanceTimersByTimeAsync(6_000);
    expect(asked.length).toBeGreaterThan(before);
  });

  it('waits out a pause of a minute in place: the pages read so far would have to be read again', async () => {
    const limiter = createLimiter(TEN_PER_SECOND);
    limiter.rateLimited(60_000);
    const times = startTimes(limiter, 1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times).toEqual([60_000]);
    limiter.succeeded();
    limiter.rateLimited(61_000);
    await expect(limiter.run(() => Promise.resolve(), live)).rejects.toMatchObject({
      code: 'CORTEX_RATE_LIMITED',
      retry: 'later',
      retryAfterMs: 61_000,
    });
  });

  it('goes below one request in a period where refusals go on', async () => {
    const limiter = createLimiter([{ requests: 1, periodMs: 1_000 }]);
    limiter.rateLimited(0);
    const times = startTimes(limiter, 3);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(times).toEqual([0, 2_040, 4_080]);
  });

  it('does not take the reply to an earlier request for a sign that the pause is over', async () => {
    const limiter = createLimiter(TEN_PER_SECOND);
    limiter.rateLimited(undefined);
    limiter.succeeded();
    await vi.advanceTimersByTimeAsync(1_000);
    limiter.rateLimited(undefined);
    const times = startTimes(limiter, 1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(times).toEqual([2_000]);
  });

  it('is never shortened in its pause by a later refusal that asks for less', async () => {
    const limiter = createLimiter(TEN_PER_SECOND);
    limiter.rateLimited(5_000);
    limiter.rateLimited(0);
    limiter.rateLimited(undefined);
    const times = startTimes(limiter, 1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(times).toEqual([5_000]);
  });

  it('begins with the shortest pause again after a success', async () => {
    const limiter = createLimiter(TEN_PER_SECOND);
    for (let refusals = 0; refusals < 3; refusals++) {
      limiter.rateLimited(undefined);
      await vi.advanceTimersByTimeAsync(60_000);
    }
    limiter.succeeded();
    limiter.rateLimited(undefined);
    const times = startTimes(limiter, 1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(times).toEqual([1_000]);
  });

  it('takes the refusals of requests under way together as one', () => {
    const limiter = createLimiter(TEN_PER_SECOND);
    for (let i = 0; i < 5; i++) limiter.rateLimited(undefined);
    expect(limiter.share).toBe(0.5);
  });

  it('grows back to its full rate with success', async () => {
    const limiter = createLimiter(TEN_PER_SECOND);
    limiter.rateLimited(undefined);
    limiter.succeeded();
    await vi.advanceTimersByTimeAsync(2_000);
    for (let i = 0; i < 20; i++) limiter.succeeded();
    expect(limiter.share).toBeCloseTo(0.6);
    for (let i = 0; i < 100; i++) limiter.succeeded();
    expect(limiter.share).toBe(1);
  });

  it('lets an aborted request leave the queue and the gate with the reason given', async () => {
    const limiter = createLimiter([{ requests: 1, periodMs: 60_000 }]);
    await limiter.run(() => Promise.resolve(), live);
    const cancel = new AbortController();
    const never = vi.fn(() => Promise.resolve());
    const asked = [1, 2].map(() => limiter.run(never, { ...live, signal: cancel.signal }));
    expect(limiter.waiting).toBe(2);
    const outcome = Promise.allSettled(asked);
    const reason = new Error('the pull was cancelled');
    cancel.abort(reason);
    expect(await outcome).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ]);
    await vi.advanceTimersByTimeAsync(0);
    expect(limiter.waiting).toBe(0);
    expect(never).not.toHaveBeenCalled();
  });
});
