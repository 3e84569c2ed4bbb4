import type { Payload, ProtoFailure } from '@temporalio/common';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import { clock } from '../time/clock.js';
import type { ActivityWorker, AttemptHandle } from './activity-attempt.js';
import { ActivityTask } from './activity-task.js';
import type { ActivityOwner, ActivityResult } from './activity-task.js';
import { History } from './history.js';
import type { Matching } from './matching.js';
import type { Closed, RunHost, RunStart } from './run-host.js';
import { activityFailure, bytesOf, CANCELLED, toPayloadList } from './payloads.js';
import { isRefusal, isUndone } from './commands.js';
import { endOf } from './end-of.js';
import { beginJob, jobOf, signalJob, updateJob } from './jobs.js';
import type { Command, Job } from './commands.js';
import { RunTimers } from './run-timers.js';
import type { Activated, RunNames } from './sdk-run.js';
import { RunCache } from './run-cache.js';
import type { WorkflowWorker } from './run-cache.js';
import type { Updates } from './updates.js';

/** `ActivityCancellationType` of the SDK's core. */
const WAIT_CANCELLATION_COMPLETED = 1;
/** How long a worker may take for a workflow task before the server gives it to another one. */
const TASK_TIMEOUT_MS = 10_000;

/** One run of a workflow at the server: what happened to it, its tasks, timers and activities. */
export class Execution implements ActivityOwner {
  readonly names: RunNames;
  /** What it began with. */
  readonly args: readonly Payload[];
  readonly history: History;
  memo: Readonly<Record<string, Payload>>;
  attributes: Readonly<Record<string, Payload>>;
  closed: Closed | undefined;
  /** Its workflow tasks fail, and nothing but a new worker could help. */
  stuck: Error | undefined;
  cancelRequested = false;
  /** When its last task began that counts. */
  lastTaskStartedMs = 0;
  /** Suggested sooner than by its size. */
  suggestedNow = false;
  readonly activities: Matching<ActivityWorker>;
  readonly #host: RunHost;
  readonly #cache: RunCache;
  readonly #updates: Updates;
  readonly #activityTasks = new Map<number, ActivityTask>();
  readonly #timers = new RunTimers();
  /** Activities whose end the workflow did not wait for. */
  readonly #answered = new Set<number>();
  #answeredBefore: readonly number[] = [];
  #jobs: Job[] = [];
  #task: 'none' | 'waiting' | 'running' = 'none';
  #worker: WorkflowWorker | undefined;

  constructor(host: RunHost, start: RunStart, updates: Updates) {
    this.#host = host;
    this.#updates = updates;
    this.names = start.names;
    this.args = start.args;
    this.memo = start.memo;
    this.attributes = start.attributes;
    this.activities = host.activities;
    this.history = new History(host.keepHistory);
    this.#cache = new RunCache(start.names, host.workflowOf(start.names.type));
    this.#see(start.args, 'arguments');
    this.record('WorkflowExecutionStarted', bytesOf(start.args));
    this.#jobs.push(beginJob(start));
    if (start.startDelayMs === 0) this.#schedule();
    else this.#timers.start(0, start.startDelayMs, () => this.#schedule());
  }

  get workflowId(): string {
    return this.names.workflowId;
  }

  get runId(): string {
    return this.names.runId;
  }

  record(kind: string, payloadBytes = 0): void {
    this.history.add(kind, payloadBytes);
  }

  signal(name: string, args: readonly unknown[]): void {
    const input = toPayloadList(args);
    this.#see(input, `signal ${name}`);
    this.record('WorkflowExecutionSignaled', bytesOf(input));
    this.#add(signalJob(name, input));
  }

  update(id: string, name: string, args: readonly unknown[]): void {
    this.#add(updateJob(id, name, toPayloadList(args)));
  }

  cancel(): void {
    if (this.cancelRequested) return;
    this.cancelRequested = true;
    this.record('WorkflowExecutionCancelRequested');
    this.#add(jobOf('cancelWorkflow', { reason: '' }));
  }

  terminate(reason: string): void {
    this.#close({ status: 'TERMINATED', reason }, 'WorkflowExecutionTerminated');
  }

  /** What its workflow answers, as far as its tasks were taken. */
  async query(name: string, args: readonly unknown[]): Promise<unknown> {
    return await this.#cache.query(name, toPayloadList(args));
  }

  resolve(seq: number, result: ActivityResult): void {
    this.#activityTasks.delete(seq);
    if (this.#answered.has(seq)) {
      // Its workflow had its answer, and gets a task that brings nothing.
      if (this.#task === 'none') this.#schedule();
      return;
    }
    if (result.completed) this.#see([result.completed.result], 'result of an activity');
    const failure = result.failed?.failure ?? result.cancelled?.failure;
    if (failure) this.#seeFailure(failure);
    this.#add(jobOf('resolveActivity', { seq, result }));
  }

  onAttemptEnded(attempt: AttemptHandle, accepted: boolean): void {
    this.#host.onAttemptEnded(attempt, accepted);
  }

  onNeverTaken(queue: string): void {
    this.#host.onNeverTaken(queue);
  }

  /** The worker that held it in its cache, and maybe a task, is gone. */
  onWorkerGone(worker: WorkflowWorker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#cache.forget();
  }

  #add(job: Job): void {
    if (this.closed !== undefined) return;
    this.#jobs.push(job);
    if (this.#task === 'none') this.#schedule();
  }

  #schedule(): void {
    if (this.closed !== undefined || this.stuck !== undefined) return;
    this.#task = 'waiting';
    this.record('WorkflowTaskScheduled');
    this.#host.workflows.offer({
      queue: this.names.taskQueue,
      priority: 3,
      favourite: this.#worker,
      isOver: () => this.#task !== 'waiting' || this.closed !== undefined,
      take: (worker) => {
        this.#task = 'running';
        clock.after(0, () => this.#run(worker));
      },
    });
  }

  async #run(worker: WorkflowWorker): Promise<void> {
    if (this.closed !== undefined) return;
    this.record('WorkflowTaskStarted');
    if (this.#worker !== worker) this.#cache.forget();
    this.#worker = worker;
    const jobs = this.#jobs;
    this.#jobs = [];
    const startedMs = clock.nowMs;
    const activated = await this.#activate(jobs);
    clock.after(this.#host.latencyMs(), () => {
      if (this.closed !== undefined) return;
      if (this.#worker !== worker) this.#loseTask(jobs);
      else if (activated.kind === 'failed') this.#failTask(activated.error);
      else this.#complete(jobs, activated.commands, startedMs);
    });
  }

  /** All that comes of the jobs of a task, with what the worker's core answers by itself meanwhile. */
  async #activate(jobs: readonly Job[]): Promise<Activated> {
    const info = {
      nowMs: clock.nowMs,
      isReplaying: false,
      historyEvents: this.history.events,
      historyBytes: this.history.bytes,
      continueAsNewSuggested: this.suggestedNow || this.history.suggestsNew(this.#host.limits),
    };
    const all: Command[] = [];
    let next = jobs;
    while (next.length > 0) {
      const activated = await this.#cache.activate(next, info);
      if (activated.kind === 'failed') return activated;
      all.push(...activated.commands);
      next = activated.commands.flatMap((command) => this.#answerAtOnce(command, all));
    }
    return { kind: 'done', commands: all, flags: [] };
  }

  /** By default a workflow does not wait until an activity that it cancels has ended. */
  #answerAtOnce({ requestCancelActivity }: Command, all: readonly Command[]): Job[] {
    if (!requestCancelActivity) return [];
    const { seq } = requestCancelActivity;
    const asked = all.find(({ scheduleActivity }) => scheduleActivity?.seq === seq);
    const order = asked?.scheduleActivity ?? this.#activityTasks.get(seq)?.command;
    if (order === undefined || this.#answered.has(seq)) return [];
    const waits = Number(order.cancellationType) === WAIT_CANCELLATION_COMPLETED;
    if (waits && asked === undefined) return [];
    this.#answered.add(seq);
    const { activityType, activityId } = order;
    const failure = activityFailure(activityType, activityId, 'CANCEL_REQUESTED', CANCELLED);
    return [jobOf('resolveActivity', { seq, result: { cancelled: { failure } } })];
  }

  /** Its worker died with the task in hand. */
  #loseTask(jobs: Job[]): void {
    clock.after(TASK_TIMEOUT_MS, () => {
      if (this.closed !== undefined) return;
      this.record('WorkflowTaskTimedOut');
      this.#again(jobs);
    });
  }

  #failTask(error: Error): void {
    this.record('WorkflowTaskFailed');
    this.stuck = error;
    this.#host.onTaskFailed(this, error);
  }

  #again(jobs: Job[]): void {
    this.#cache.dropLast();
    this.#cache.forget();
    this.#answered.clear();
    for (const seq of this.#answeredBefore) this.#answered.add(seq);
    this.#jobs = [...jobs, ...this.#jobs];
    this.#schedule();
  }

  #complete(jobs: Job[], commands: readonly Command[], startedMs: number): void {
    const last = commands.findIndex(
      (command) =>
        command.completeWorkflowExecution ??
        command.failWorkflowExecution ??
        command.cancelWorkflowExecution ??
        command.continueAsNewWorkflowExecution,
    );
    // What came in meanwhile would be lost with the run.
    if (last !== -1 && this.#jobs.length > 0) {
      this.record('WorkflowTaskFailed');
      this.#again(jobs);
      return;
    }
    if (isRefusal(jobs, commands)) this.history.drop(2);
    else this.record('WorkflowTaskCompleted');
    this.#cache.keepLast();
    this.#answeredBefore = [...this.#answered];
    this.lastTaskStartedMs = startedMs;
    for (const command of last === -1 ? commands : commands.slice(0, last + 1)) {
      if (!isUndone(command, commands)) this.#do(command);
    }
    if (this.closed === undefined) {
      for (const task of [...this.#activityTasks.values()]) task.endIfCancelled();
    }
    // What these bring about at once makes one task, and not one each.
    this.#task = 'none';
    this.#host.onTaskDone(this);
    if (this.closed === undefined && this.history.events >= this.#host.limits.mostEvents) {
      this.terminate('history exceeds its limit');
    }
    if (this.#jobs.length > 0) this.#schedule();
  }

  #do(command: Command): void {
    if (command.scheduleActivity) {
      // Without arguments the SDK sets none.
      const asked = command.scheduleActivity;
      const args = (asked as Partial<typeof asked>).arguments ?? [];
      const scheduleActivity = { ...asked, arguments: args };
      this.#see(scheduleActivity.arguments, `arguments of ${scheduleActivity.activityType}`);
      this.#activityTasks.set(scheduleActivity.seq, new ActivityTask(this, scheduleActivity));
    } else if (command.requestCancelActivity) {
      this.#activityTasks.get(command.requestCancelActivity.seq)?.requestCancel();
    } else if (command.startTimer) {
      const { seq, startToFireTimeout } = command.startTimer;
      this.record('TimerStarted');
      this.#timers.start(seq, optionalTsToMs(startToFireTimeout) ?? 1, () => {
        this.record('TimerFired');
        this.#add(jobOf('fireTimer', { seq }));
      });
    } else if (command.cancelTimer) {
      if (this.#timers.cancel(command.cancelTimer.seq)) this.record('TimerCanceled');
    } else if (command.upsertWorkflowSearchAttributes) {
      const fields = command.upsertWorkflowSearchAttributes.searchAttributes?.indexedFields ?? {};
      this.record('UpsertWorkflowSearchAttributes', bytesOf(Object.values(fields)));
      this.#see(Object.values(fields), 'search attributes');
      this.attributes = { ...this.attributes, ...fields };
    } else if (command.modifyWorkflowProperties) {
      const fields = command.modifyWorkflowProperties.upsertedMemo?.fields ?? {};
      this.record('WorkflowPropertiesModified', bytesOf(Object.values(fields)));
      this.#see(Object.values(fields), 'memo');
      this.memo = { ...this.memo, ...fields };
    } else if (command.setPatchMarker) {
      this.#cache.patches.add(command.setPatchMarker.patchId);
      this.record('MarkerRecorded');
      this.record('UpsertWorkflowSearchAttributes');
    } else if (command.updateResponse) {
      this.#respond(command.updateResponse);
    } else {
      this.#end(command);
    }
  }

  #respond(response: NonNullable<Command['updateResponse']>): void {
    const { protocolInstanceId: id, accepted, rejected, completed } = response;
    if (accepted) this.record('WorkflowExecutionUpdateAccepted');
    if (completed) {
      this.record('WorkflowExecutionUpdateCompleted', bytesOf([completed]));
      this.#see([completed], 'answer to an update');
    }
    if (rejected) this.#cache.forgetUpdate(id);
    this.#updates.respond(id, response);
  }

  #end(command: Command): void {
    const end = endOf(command, this);
    if (end === undefined) return;
    const { closed, event } = end;
    if (closed.status === 'COMPLETED') this.#see([closed.result], 'result');
    if (closed.status === 'FAILED') this.#seeFailure(closed.failure);
    this.#close(closed, event);
  }

  #close(closed: Closed, event: string): void {
    if (this.closed !== undefined) return;
    this.closed = closed;
    this.record(event);
    this.#timers.clear();
    for (const task of this.#activityTasks.values()) task.abandon();
    this.#updates.abandon(this.runId);
    this.#host.onClosed(this, closed);
  }

  #see(payloads: readonly (Payload | null | undefined)[], where: string): void {
    for (const payload of payloads) if (payload?.data) this.#host.onPayload(payload.data, where);
  }

  #seeFailure(failure: ProtoFailure): void {
    this.#host.onPayload(Buffer.from(JSON.stringify(failure)), 'failure');
  }
}
