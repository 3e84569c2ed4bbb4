import { setTimeout as sleep } from 'node:timers/promises';
import type { SendingConfig } from '../config/model.js';
import { CollectorError } from '../errors/collector-error.js';

/** Tries go on for no longer than this: then the failure is shown, and the engine makes the next ones. */
const MOST_MS = 60_000;

/** How often and how far apart something is tried again; Devo's keys `..._retries`, `..._wait`. */
export interface RetryPlan {
  /** Tries after the first. */
  readonly retries: number;
  /** Wait before the second try; doubles each time. */
  readonly initialWaitMs: number;
  readonly maxWaitMs: number;
  /** Only errors that time may cure and whose code begins like one of these are tried again. */
  readonly codes: readonly string[];
}

export function connectingPlan(sending: SendingConfig): RetryPlan {
  return {
    retries: sending.connectingRetries,
    initialWaitMs: sending.connectingInitialWaitMs,
    maxWaitMs: sending.connectingMaxWaitMs,
    codes: ['DEVO_CONNECT_', 'DEVO_HOST_'],
  };
}

/** Leaves out connecting, which had its own tries within each of these. */
export function sendingPlan(sending: SendingConfig): RetryPlan {
  return {
    retries: sending.sendingRetries,
    initialWaitMs: sending.sendingInitialWaitMs,
    maxWaitMs: sending.sendingMaxWaitMs,
    codes: ['DEVO_SEND_', 'DEVO_HTTP_'],
  };
}

/**
 * Runs `attempt` until it succeeds, the plan or a minute is used up or `tries` aborts, which ends a wait at once and
 * a try under way not at all; raises the last error.
 */
export async function retrying<T>(
  plan: RetryPlan,
  tries: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  const startMs = performance.now();
  for (let failures = 0; ; failures += 1) {
    const waitMs = Math.min(plan.maxWaitMs, plan.initialWaitMs * 2 ** Math.min(failures, 20));
    try {
      return await attempt();
    } catch (error) {
      const late = performance.now() - startMs + waitMs > MOST_MS;
      if (late || failures >= plan.retries || !isCurable(error, plan)) throw error;
      if (!(await waited(waitMs, tries))) throw error;
    }
  }
}

/** False where it was ended before. */
async function waited(ms: number, until: AbortSignal): Promise<boolean> {
  return await sleep(ms, true, { signal: until }).catch(() => false);
}

function isCurable(error: unknown, plan: RetryPlan): boolean {
  return (
    error instanceof CollectorError &&
    error.retry === 'later' &&
    plan.codes.some((start) => error.code.startsWith(start))
  );
}
