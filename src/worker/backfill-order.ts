import { planBackfill } from '../activities/plan-backfill.js';
import { backfillIdOf } from '../pull/backfill.js';
import type { BackfillPlan, BackfillRequest } from '../pull/backfill.js';
import { parseTime } from '../pull/parse-time.js';
import type { ConfiguredStream } from './streams.js';

/** A backfill ready to be started. */
export interface BackfillOrder {
  readonly workflowId: string;
  /** Complete and exact: whoever reads it later needs to know nothing else. */
  readonly request: BackfillRequest;
  readonly plan: BackfillPlan;
}

/**
 * Checks what an operator asks for by the rules of the worker. Raises `BACKFILL_REQUEST_INVALID`,
 * `BACKFILL_STREAM_UNKNOWN` and `BACKFILL_RANGE_INVALID`.
 */
export function orderBackfill(
  asked: BackfillRequest,
  streams: readonly ConfiguredStream[],
  nowMs: number,
): BackfillOrder {
  const plan = planBackfill(asked, streams, nowMs);
  const { identity, range } = plan;
  // As asked, not as cut at now: a range that reaches into the future has the same id a minute later.
  const askedRange = { fromMs: range.fromMs, toMs: (parseTime(asked.to) ?? range.toMs + 1) - 1 };
  return {
    workflowId: backfillIdOf(identity, askedRange),
    request: {
      input: identity.input,
      service: identity.stream,
      from: new Date(askedRange.fromMs).toISOString(),
      to: new Date(askedRange.toMs + 1).toISOString(),
      lanes: plan.lanes,
    },
    plan,
  };
}
