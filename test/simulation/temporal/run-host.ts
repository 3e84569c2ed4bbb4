import type { Payload, ProtoFailure, Workflow } from '@temporalio/common';
import type { ActivityWorker, AttemptHandle } from './activity-attempt.js';
import type { Execution } from './execution.js';
import type { HistoryLimits } from './history.js';
import type { Matching } from './matching.js';
import type { WorkflowWorker } from './run-cache.js';
import type { RunNames } from './sdk-run.js';

/** How a run ended. */
export type Closed =
  | { readonly status: 'COMPLETED'; readonly result: Payload | undefined }
  | { readonly status: 'FAILED'; readonly failure: ProtoFailure }
  | { readonly status: 'CANCELLED' }
  | { readonly status: 'TERMINATED'; readonly reason: string }
  | { readonly status: 'CONTINUED_AS_NEW'; readonly next: NextRun };

/** What a run that continues as new hands on. */
export interface NextRun {
  readonly args: readonly Payload[];
  readonly memo: Readonly<Record<string, Payload>>;
  readonly attributes: Readonly<Record<string, Payload>>;
  readonly startDelayMs: number;
}

/** How a run begins. */
export interface RunStart {
  readonly names: RunNames;
  readonly args: readonly Payload[];
  readonly memo: Readonly<Record<string, Payload>>;
  readonly attributes: Readonly<Record<string, Payload>>;
  readonly startDelayMs: number;
}

/** What a run needs of the server around it. */
export interface RunHost {
  readonly limits: HistoryLimits;
  readonly keepHistory: boolean;
  readonly workflows: Matching<WorkflowWorker>;
  readonly activities: Matching<ActivityWorker>;
  workflowOf(type: string): Workflow;
  latencyMs(): number;
  onTaskDone(run: Execution): void;
  /** A workflow task failed, and will fail each time it is tried. */
  onTaskFailed(run: Execution, error: Error): void;
  onClosed(run: Execution, closed: Closed): void;
  onAttemptEnded(attempt: AttemptHandle, accepted: boolean): void;
  onNeverTaken(queue: string): void;
  onPayload(bytes: Uint8Array, where: string): void;
}
