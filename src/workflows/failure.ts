import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { log } from '@temporalio/workflow';

/** Why an activity failed for good (its retries included). */
export interface Failure {
  /** Stable code, see `docs/troubleshooting.md`. */
  readonly code: string;
  readonly message: string;
  /** False where trying again cannot help until somebody acts. */
  readonly curable: boolean;
}

/** Codes after which a segment cannot be delivered any more and its window is fetched again. */
const SEGMENT_LOST = new Set(['HOST_GONE', 'SEGMENT_MISSING', 'SEGMENT_DAMAGED']);

/** Reads the code and text out of what an activity raised. */
export function describeFailure(error: unknown): Failure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) {
    return cause.timeoutType === 'SCHEDULE_TO_START'
      ? {
          code: 'HOST_GONE',
          message: 'no worker took the delivery on the host that has the segment',
          curable: true,
        }
      : {
          code: 'WORKER_LOST',
          message: `no sign of life from the worker (${cause.timeoutType})`,
          curable: true,
        };
  }
  if (cause instanceof ApplicationFailure) {
    return {
      code: cause.type ?? 'INTERNAL',
      message: cause.message,
      curable: cause.nonRetryable !== true,
    };
  }
  return {
    code: 'INTERNAL',
    message: cause instanceof Error ? cause.message : String(cause),
    curable: true,
  };
}

/** `describeFailure`, and a line in the log where the activity could write none: its worker is gone. */
export function reportFailure(error: unknown): Failure {
  const failure = describeFailure(error);
  if (error instanceof ActivityFailure && error.cause instanceof TimeoutFailure) {
    const { code, message } = failure;
    log.warn('Activity lost', { code, reason: message, activityType: error.activityType });
  }
  return failure;
}

/** Whether the segment itself is lost, so that only fetching it again helps. */
export function isSegmentLost(failure: Failure): boolean {
  return SEGMENT_LOST.has(failure.code);
}
