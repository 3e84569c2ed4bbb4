import type { Payload } from '@temporalio/common';
import type { ActivityResult } from './activity-task.js';
import type { Poller } from './matching.js';

/** One attempt of an activity, as a worker gets it. */
export interface AttemptOrder {
  readonly name: string;
  readonly activityId: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly queue: string;
  /** 1 is the first. */
  readonly number: number;
  readonly args: readonly Payload[];
  readonly heartbeatMs: number | undefined;
  readonly heartbeatDetails: readonly Payload[];
  readonly server: {
    /** `gone`: the server knows nothing of this attempt any more. */
    heartbeat(details: readonly Payload[]): 'ok' | 'cancel' | 'gone';
    /** False where the report comes too late. */
    report(result: ActivityResult): boolean;
  };
}

/** An attempt under way in a worker. */
export interface AttemptHandle {
  readonly order: AttemptOrder;
}

/** A worker that runs activities. */
export interface ActivityWorker extends Poller {
  begin(order: AttemptOrder): AttemptHandle;
}
