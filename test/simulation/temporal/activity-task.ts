import { TimeoutFailure } from '@temporalio/common';
import type { ActivityFailure, Payload, ProtoFailure } from '@temporalio/common';
import type { coresdk } from '@temporalio/proto';
import type { ScheduleActivity } from './commands.js';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { clock } from '../time/clock.js';
import type { Timer } from '../time/clock.js';
import type { ActivityWorker, AttemptHandle } from './activity-attempt.js';
import { activityFailure, bytesOf, CANCELLED, EMPTY_PAYLOADS, failureOf } from './payloads.js';
import type { Matching, Waiting } from './matching.js';

type RetryState = ActivityFailure['retryState'];
type TimeoutType = TimeoutFailure['timeoutType'];

/** How an activity ended, as the SDK's core tells its workflow. */
export type ActivityResult = coresdk.activity_result.IActivityResolution;

/** The run that asked for the activity. */
export interface ActivityOwner {
  readonly workflowId: string;
  readonly runId: string;
  /** Writes events of the activity into the history. */
  record(kind: string, payloadBytes?: number): void;
  resolve(seq: number, result: ActivityResult): void;
  readonly activities: Matching<ActivityWorker>;
  /** Work of activities is seen by checkers. */
  onAttemptEnded(attempt: AttemptHandle, accepted: boolean): void;
  onNeverTaken(queue: string): void;
}

/** Unless a retry policy says otherwise, as the server has it. */
const RETRY = { firstMs: 1_000, factor: 2, mostFactor: 100 };

/** One activity at the server: its attempts, its time-outs, its cancellation. */
export class ActivityTask implements Waiting<ActivityWorker> {
  readonly queue: string;
  readonly priority: number;
  readonly #owner: ActivityOwner;
  readonly command: ScheduleActivity;
  readonly #toStartMs: number | undefined;
  readonly #toCloseMs: number | undefined;
  readonly #startToCloseMs: number | undefined;
  readonly #heartbeatMs: number | undefined;
  readonly #scheduledMs = clock.nowMs;
  #attempt: AttemptHandle | undefined;
  #attempts = 0;
  #closed = false;
  #cancelRequested = false;
  #heartbeatDetails: readonly Payload[] = EMPTY_PAYLOADS;
  /** Of the attempt, or of the wait for one. */
  #timers: Timer[] = [];
  #heartbeatTimer: Timer | undefined;
  readonly #toCloseTimer: Timer | undefined;

  constructor(owner: ActivityOwner, command: ScheduleActivity) {
    this.#owner = owner;
    this.command = command;
    this.queue = command.taskQueue;
    this.priority = orElse(command.priority?.priorityKey, 3);
    this.#toStartMs = optionalTsToMs(command.scheduleToStartTimeout);
    this.#toCloseMs = optionalTsToMs(command.scheduleToCloseTimeout);
    if (this.#toCloseMs !== undefined) {
      this.#toCloseTimer = clock.after(this.#toCloseMs, () => this.#timeOut('SCHEDULE_TO_CLOSE'));
    }
    this.#startToCloseMs = optionalTsToMs(command.startToCloseTimeout);
    this.#heartbeatMs = optionalTsToMs(command.heartbeatTimeout);
    owner.record('ActivityTaskScheduled', bytesOf(command.arguments));
    this.#schedule();
  }

  isOver(): boolean {
    return this.#closed || this.#attempt !== undefined;
  }

  take(worker: ActivityWorker): void {
    this.#clearTimers();
    const { activityType, activityId, arguments: args } = this.command;
    const { workflowId, runId } = this.#owner;
    const attempt = worker.begin({
      name: activityType,
      activityId,
      workflowId,
      runId,
      queue: this.queue,
      number: this.#attempts,
      args,
      heartbeatMs: this.#heartbeatMs,
      heartbeatDetails: this.#heartbeatDetails,
      server: {
        heartbeat: (details) => this.#onHeartbeat(attempt, details),
        report: (report) => {
          const accepted = this.#attempt === attempt && !this.#closed;
          this.#owner.onAttemptEnded(attempt, accepted);
          if (accepted) this.#onReport(report);
          return accepted;
        },
      },
    });
    this.#attempt = attempt;
    this.#timer(this.#startToCloseMs, () => this.#timeOut('START_TO_CLOSE'));
    this.#watchHeartbeat();
  }

  /** The workflow asks for its end. */
  requestCancel(): void {
    if (this.#closed || this.#cancelRequested) return;
    this.#cancelRequested = true;
    this.#owner.record('ActivityTaskCancelRequested');
  }

  /** The task that asked for its end is done: nobody works at it, so it ends now. */
  endIfCancelled(): void {
    if (this.#closed || !this.#cancelRequested || this.#attempt !== undefined) return;
    this.#owner.record('ActivityTaskCanceled');
    this.#close({ cancelled: { failure: this.#wrapped('CANCEL_REQUESTED', CANCELLED) } });
  }

  /** The run has ended: nobody wants the result any more. */
  abandon(): void {
    this.#closed = true;
    this.#clearTimers();
    if (this.#toCloseTimer !== undefined) this.#toCloseTimer.cancelled = true;
    if (this.#attempt !== undefined) this.#owner.onAttemptEnded(this.#attempt, false);
  }

  #schedule(): void {
    this.#attempt = undefined;
    this.#attempts += 1;
    this.#timer(this.#toStartMs, () => this.#timeOut('SCHEDULE_TO_START'));
    this.#owner.activities.offer(this);
  }

  #onHeartbeat(attempt: AttemptHandle, details: readonly Payload[]): 'ok' | 'cancel' | 'gone' {
    if (this.#closed || this.#attempt !== attempt) return 'gone';
    this.#heartbeatDetails = details;
    this.#watchHeartbeat();
    return this.#cancelRequested ? 'cancel' : 'ok';
  }

  #watchHeartbeat(): void {
    if (this.#heartbeatTimer !== undefined) this.#heartbeatTimer.cancelled = true;
    if (this.#heartbeatMs === undefined) return;
    this.#heartbeatTimer = clock.after(this.#heartbeatMs, () => this.#timeOut('HEARTBEAT'));
  }

  #onReport({ completed, failed, cancelled }: ActivityResult): void {
    if (completed) {
      this.#owner.record('ActivityTaskStarted');
      this.#owner.record('ActivityTaskCompleted', bytesOf([completed.result]));
      this.#close({ completed });
    } else if (cancelled && this.#cancelRequested) {
      this.#owner.record('ActivityTaskStarted');
      this.#owner.record('ActivityTaskCanceled');
      this.#close({ cancelled: { failure: this.#wrapped('CANCEL_REQUESTED', CANCELLED) } });
    } else {
      const failure = failed?.failure ?? cancelled?.failure ?? CANCELLED;
      this.#fail('ActivityTaskFailed', failure, true);
    }
  }

  #timeOut(type: TimeoutType): void {
    if (this.#attempt === undefined) this.#owner.onNeverTaken(this.queue);
    else this.#owner.onAttemptEnded(this.#attempt, false);
    const failure = failureOf(new TimeoutFailure(`activity ${type} timeout`, undefined, type));
    const mayRetry = type === 'START_TO_CLOSE' || type === 'HEARTBEAT';
    this.#fail('ActivityTaskTimedOut', failure, mayRetry);
  }

  #fail(event: string, failure: ProtoFailure, mayRetry: boolean): void {
    const decision = mayRetry ? this.#retry(failure) : 'TIMEOUT';
    if (typeof decision === 'number') {
      this.#clearTimers();
      this.#attempt = undefined;
      this.#timer(decision, () => this.#schedule());
      return;
    }
    if (this.#attempt !== undefined) this.#owner.record('ActivityTaskStarted');
    this.#owner.record(event);
    this.#close({ failed: { failure: this.#wrapped(decision, failure) } });
  }

  /** After how many ms it is tried again, or why it is not. */
  #retry(failure: ProtoFailure): number | RetryState {
    if (this.#cancelRequested) return 'CANCEL_REQUESTED';
    const info = failure.applicationFailureInfo;
    if (info?.nonRetryable) return 'NON_RETRYABLE_FAILURE';
    const policy = this.command.retryPolicy;
    const most = policy?.maximumAttempts ?? 0;
    if (most > 0 && this.#attempts >= most) return 'MAXIMUM_ATTEMPTS_REACHED';
    const firstMs = optionalTsToMs(policy?.initialInterval) ?? RETRY.firstMs;
    const mostMs = optionalTsToMs(policy?.maximumInterval) ?? firstMs * RETRY.mostFactor;
    const factor = orElse(policy?.backoffCoefficient, RETRY.factor);
    const toldMs = optionalTsToMs(info?.nextRetryDelay);
    const waitMs = toldMs ?? Math.min(mostMs, firstMs * factor ** (this.#attempts - 1));
    if (this.#toCloseMs !== undefined) {
      if (clock.nowMs + waitMs > this.#scheduledMs + this.#toCloseMs) return 'TIMEOUT';
    }
    return waitMs;
  }

  #close(result: ActivityResult): void {
    this.#closed = true;
    this.#clearTimers();
    if (this.#toCloseTimer !== undefined) this.#toCloseTimer.cancelled = true;
    this.#owner.resolve(this.command.seq, result);
  }

  #wrapped(retryState: RetryState, cause: ProtoFailure): ProtoFailure {
    const { activityType, activityId } = this.command;
    return activityFailure(activityType, activityId, retryState, cause);
  }

  #timer(delayMs: number | undefined, run: () => void): void {
    if (delayMs === undefined) return;
    this.#timers.push(clock.after(delayMs, run));
  }

  #clearTimers(): void {
    for (const timer of this.#timers) timer.cancelled = true;
    this.#timers = [];
    if (this.#heartbeatTimer !== undefined) this.#heartbeatTimer.cancelled = true;
  }
}

/** In a message of the server, 0 stands for what was not set. */
function orElse(value: number | null | undefined, otherwise: number): number {
  return value === null || value === undefined || value === 0 ? otherwise : value;
}
