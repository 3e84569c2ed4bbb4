import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { log } from '@temporalio/workflow';
import type { Failure } from '../pull/lane-changes.js';

/** Of the activities: their worker was asked to stop. */
export const WORKER_STOPPED = 'WORKER_STOPPED';

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
    const { type, message, nonRetryable } = cause;
    return { code: type ?? 'INTERNAL', message, curable: nonRetryable !== true };
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  return { code: 'INTERNAL', message, curable: true };
}

/** `describeFailure`, and a line in the log where the activity could write none: its worker is gone. */
export function failureOf(error: unknown): Failure {
  const failure = describeFailure(error);
  if (error instanceof ActivityFailure && error.cause instanceof TimeoutFailure) {
    const { code, message } = failure;
    log.warn('Activity lost', { code, reason: message, activityType: error.activityType });
  }
  return failure;
}

/** A failure of the workflow, or of an update, with a plain message; its stack would tell an operator nothing. */
export function plainFailure(code: string, message: string): ApplicationFailure {
  const failure = ApplicationFailure.nonRetryable(message, code);
  failure.stack = '';
  return failure;
}
