import PQueue from 'p-queue';
import type { RequestLimit } from '../config/model.js';

/** A second as the server counts it is not ours: network jitter would squeeze two bursts into one of its seconds. */
const JITTER_MS = 50;
/** Pause after a 429 without `Retry-After`: doubles from the first to the last. */
const PAUSE_MS = { first: 1_000, most: 60_000 };
/** Successes in a row after which a slowed input speeds up by a tenth of its full rate. */
const SUCCESSES_PER_RAISE = 20;

/** The quota of one input, shared by all its streams; live pulls go first. */
export interface Limiter {
  /** Waits for its turn, then runs the request; rejects when aborted before its turn. */
  run<Result>(
    request: () => Promise<Result>,
    options: { readonly priority: 'live' | 'backfill'; readonly signal?: AbortSignal | undefined },
  ): Promise<Result>;
  /** The API said 429: the whole input pauses and goes on at half its rate. */
  rateLimited(retryAfterMs: number | undefined): void;
  /** The API took a request: a slowed input grows back. */
  succeeded(): void;
  /** Share of the configured rate in force, 1 when nothing was refused lately. */
  readonly share: number;
}

/** Makes a limiter in which all `limits` hold at once. */
export function createLimiter(limits: readonly RequestLimit[]): Limiter {
  const queues = limits.map(
    (limit) =>
      new PQueue({
        intervalCap: limit.requests,
        interval: limit.periodMs + JITTER_MS,
        strict: true,
      }),
  );
  /** One request at a time passes here while the rate is reduced, `spacingMs` apart. */
  const gate = new PQueue({ concurrency: 1 });
  const fullPerMs = Math.min(...limits.map((limit) => limit.requests / limit.periodMs));
  let share = 1;
  let pausedUntilMs = 0;
  let lastStartMs = 0;
  let refusals = 0;
  let successes = 0;

  async function turn(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const spacingMs = share >= 1 ? 0 : 1 / (fullPerMs * share);
      const waitMs = Math.max(pausedUntilMs, lastStartMs + spacingMs) - Date.now();
      if (waitMs <= 0) break;
      await pause(waitMs, signal);
    }
    lastStartMs = Date.now();
  }

  return {
    async run(request, { priority, signal }) {
      const options = { priority: priority === 'live' ? 1 : 0, ...(signal ? { signal } : {}) };
      for (const queue of queues) await queue.add(() => undefined, options);
      await gate.add(async () => await turn(signal), options);
      return await request();
    },
    rateLimited(retryAfterMs) {
      const pauseMs =
        retryAfterMs ?? Math.min(PAUSE_MS.most, PAUSE_MS.first * 2 ** Math.min(refusals, 10));
      // Requests under way when the first 429 came are answered 429 too: they are one refusal.
      if (Date.now() >= pausedUntilMs) {
        refusals += 1;
        share = Math.max(0.02, share / 2);
      }
      successes = 0;
      pausedUntilMs = Math.max(pausedUntilMs, Date.now() + pauseMs);
    },
    succeeded() {
      refusals = 0;
      if (share >= 1) return;
      successes += 1;
      if (successes < SUCCESSES_PER_RAISE) return;
      successes = 0;
      share = Math.min(1, share + 0.1);
    },
    get share() {
      return share;
    },
  };
}

async function pause(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(new Error('aborted while waiting for the quota'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, waitMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
  });
}
