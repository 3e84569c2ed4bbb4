import PQueue from 'p-queue';
import type { RequestLimit } from '../config/model.js';
import type { Priority } from '../pull/receipts.js';
import { formatDuration } from '../pull/time-text.js';
import { CortexError } from './errors.js';

/**
 * Added to every period: what a usual reply does not show of its request's way, for some of the time before it
 * was the server's own.
 */
const MARGIN_MS = 20;
/**
 * Least distance of two starts, as a share of their even distance, and in ms. Ten replies at once wait for each
 * other in this process, which looks as if they were late, and lateness costs quota: measured at 10 per second
 * and replies of 300 ms, half of the requests counted as 64 ms late or more without it, and as 10 ms with it.
 */
const SPACING = { share: 0.8, mostMs: 100 };
/**
 * A reply may be later than usual by so much before its request no longer counts as one on its way. Measured with
 * servers that stand still for up to 6 s: with 2 s here, up to 26 requests met in one second; with 10 s, ten, at the
 * same rate as long as replies are steady.
 */
const MOST_LATE_MS = 10_000;
/** Round trips of a call that its usual one is taken from. */
const ROUND_TRIPS = 200;
/** Limits that count more requests are long ones, for which the way to the server makes no difference. */
const SHORT_LIMIT = 200;
/** Pause after a 429 without `Retry-After`: doubles from the first to the last. */
const PAUSE_MS = { first: 1_000, most: 60_000 };
/** Refusals that go on for longer than this are an error; shorter ones are waited out where they are met. */
const MOST_REFUSED_MS = 60_000;
/** Successes in a row after which a slowed input speeds up by a tenth of its full rate. */
const SUCCESSES_PER_RAISE = 20;
/** Least share of the configured rate: of 10 per second, one in 5 s is left. */
const LEAST_SHARE = 0.02;

export interface TurnOptions<Result> {
  readonly priority: Priority;
  /** Requests that usually take equally long, such as those of one path. */
  readonly kind: string;
  /** Whether the time that this reply took tells what is usual; a refusal comes fast. Default: it does. */
  readonly isUsual?: (result: Result) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A request that was given its turn. */
interface Start {
  readonly atMs: number;
  /** Shortest round trip of its kind lately. */
  readonly usualMs: number;
  endedMs: number | undefined;
}

/** The quota of one input, shared by all its streams; live pulls go first. */
export interface Limiter {
  /**
   * Waits for its turn, then runs the request; rejects with the signal's reason when aborted before, and with
   * `CORTEX_RATE_LIMITED` as long as the pause would end more than a minute after the first of the refusals: by
   * then somebody has to see it, and a queue of waiting streams would show it after minutes.
   */
  run<Result>(request: () => Promise<Result>, options: TurnOptions<Result>): Promise<Result>;
  /** The API said 429: the whole input pauses and goes on at half its rate. */
  rateLimited(retryAfterMs: number | undefined): void;
  /** The API took a request: a slowed input grows back. */
  succeeded(): void;
  /** Share of the configured rate in force, 1 when nothing was refused lately. */
  readonly share: number;
  /** Requests that wait for their turn. */
  readonly waiting: number;
}

/**
 * Makes a limiter in which all `limits` hold at once, in every window of their length and not only in
 * those that begin on a full second. One request at a time stands at the gate, the others wait in order
 * of priority behind it.
 *
 * The server counts when requests arrive, not when they start. One that took longer than its kind usually
 * does may have arrived that much later, so it counts from then on: a stall between here and the server must
 * not bring two bursts into one second.
 */
export function createLimiter(limits: readonly RequestLimit[]): Limiter {
  const gate = new PQueue({ concurrency: 1 });
  const kept = Math.max(2 * SHORT_LIMIT, ...limits.map((limit) => limit.requests));
  /** The last starts, oldest first, by the clock that nobody sets: as many as the largest limit counts. */
  const starts: Start[] = [];
  const roundTrips = new Map<string, number[]>();
  let share = 1;
  let pausedUntilMs = 0;
  /** The first 429 since the last success. */
  let refusedSinceMs: number | undefined;
  let refusals = 0;
  let successes = 0;

  function nextStartMs({ requests, periodMs }: RequestLimit): number {
    const allowed = requests * share;
    const last = nthLastArrivalMs(Math.max(1, Math.floor(allowed)));
    // Less than one request in the period means one in a longer period.
    const roomMs =
      last === undefined ? 0 : last + (periodMs + MARGIN_MS) * Math.max(1, 1 / allowed);
    const spacingMs = Math.min(SPACING.mostMs, (SPACING.share * periodMs) / allowed);
    return Math.max(roomMs, (starts.at(-1)?.atMs ?? -Infinity) + spacingMs);
  }

  function nthLastArrivalMs(count: number): number | undefined {
    if (count > SHORT_LIMIT) return starts.at(-count)?.atMs;
    // Later starts may have arrived earlier, so twice as many are looked at.
    const arrivals = starts.slice(-2 * count).map(latestArrivalMs);
    return arrivals.sort((a, b) => b - a)[count - 1];
  }

  function latestArrivalMs({ atMs, usualMs, endedMs }: Start): number {
    const lateMs = (endedMs ?? performance.now()) - atMs - usualMs;
    return atMs + Math.min(MOST_LATE_MS, Math.max(0, lateMs));
  }

  async function turn(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const waitMs = Math.max(pausedUntilMs, ...limits.map(nextStartMs)) - performance.now();
      if (waitMs <= 0) break;
      refuseInLongPause();
      await pause(waitMs, signal);
    }
  }

  function refuseInLongPause(): void {
    const nowMs = performance.now();
    if (refusedSinceMs === undefined || nowMs >= pausedUntilMs) return;
    if (pausedUntilMs - refusedSinceMs <= MOST_REFUSED_MS) return;
    const restMs = Math.ceil(pausedUntilMs - nowMs);
    throw new CortexError(
      'CORTEX_RATE_LIMITED',
      `the API has answered nothing but 429 for ${formatDuration(nowMs - refusedSinceMs)}, expected a reply; it is asked again in ${formatDuration(restMs)}`,
      { retry: 'later', retryAfterMs: restMs },
    );
  }

  function begin(kind: string): Start {
    const usualMs = Math.min(...(roundTrips.get(kind) ?? [0]));
    const start: Start = { atMs: performance.now(), usualMs, endedMs: undefined };
    starts.push(start);
    if (starts.length > kept) starts.shift();
    return start;
  }

  function learn(kind: string, roundTripMs: number): void {
    const known = roundTrips.get(kind) ?? [];
    roundTrips.set(kind, [...known, roundTripMs].slice(-ROUND_TRIPS));
  }

  return {
    async run(request, { priority, kind, signal, isUsual = () => true }) {
      const start = await gate.add(
        async () => {
          await turn(signal);
          return begin(kind);
        },
        { priority: priority === 'live' ? 1 : 0, ...(signal === undefined ? {} : { signal }) },
      );
      try {
        const result = await request();
        if (isUsual(result)) learn(kind, performance.now() - start.atMs);
        return result;
      } finally {
        start.endedMs = performance.now();
      }
    },
    rateLimited(retryAfterMs) {
      const nowMs = performance.now();
      // Requests under way when the first 429 came are answered 429 too: they are one refusal.
      if (nowMs >= pausedUntilMs) {
        refusals += 1;
        share = Math.max(LEAST_SHARE, share / 2);
      }
      successes = 0;
      refusedSinceMs ??= nowMs;
      const doubledMs = PAUSE_MS.first * 2 ** Math.min(refusals - 1, 10);
      const pauseMs = retryAfterMs ?? Math.min(PAUSE_MS.most, doubledMs);
      pausedUntilMs = Math.max(pausedUntilMs, nowMs + pauseMs);
    },
    succeeded() {
      // During a pause, that is the reply to a request from before it.
      if (performance.now() < pausedUntilMs) return;
      refusals = 0;
      refusedSinceMs = undefined;
      if (share >= 1) return;
      successes += 1;
      if (successes < SUCCESSES_PER_RAISE) return;
      successes = 0;
      // Tenths added up fall short of 1, and a whole request of ten with them.
      share = Math.min(1, Number((share + 0.1).toFixed(6)));
    },
    get share() {
      return share;
    },
    get waiting() {
      return gate.size + gate.pending;
    },
  };
}

/** Ends early when aborted; the caller looks at the signal. */
async function pause(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.ceil(waitMs));
    signal?.addEventListener('abort', end);
  });
}
