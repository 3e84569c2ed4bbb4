import type { RequestReport } from '../../cortex/client.js';
import type { Limiter } from '../../cortex/limiter.js';
import { hostAheadMs } from '../../pull/settled.js';
import type { CollectorMetrics } from './metrics.js';

/** Counts the requests of each input and shows its quota. */
export interface ApiWatch {
  /** What the client of this input calls after each request. */
  watch(input: string, limiter: Limiter): (report: RequestReport) => void;
  /** Sets the gauges of all quotas to what they are now. */
  refresh(): void;
}

/** Starts with no input. */
export function createApiWatch(metrics: CollectorMetrics): ApiWatch {
  const limiters = new Map<string, Limiter>();
  return {
    watch(input, limiter) {
      limiters.set(input, limiter);
      return ({ path, status, elapsedMs, waitedMs, tenantNow }) => {
        // An increase from nothing to 1 is none to Prometheus.
        metrics.apiRequests.inc({ input, endpoint: path, status: '429' }, 0);
        metrics.apiRequests.inc({ input, endpoint: path, status: String(status) });
        metrics.apiRequestDuration.observe({ endpoint: path }, elapsedMs / 1_000);
        metrics.apiLimiterWait.observe(waitedMs / 1_000);
        if (tenantNow === undefined) return;
        metrics.hostClockAhead.set({ input }, hostAheadMs(tenantNow, Date.now()) / 1_000);
      };
    },
    refresh() {
      for (const [input, { share, waiting }] of limiters) {
        metrics.apiLimiterShare.set({ input }, share);
        metrics.apiLimiterQueue.set({ input }, waiting);
      }
    },
  };
}
