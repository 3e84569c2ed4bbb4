import type { Payload, Workflow } from '@temporalio/common';
import type { Random } from '../random.js';
import { clock } from '../time/clock.js';
import { trace } from '../trace.js';
import type { ActivityWorker, AttemptHandle } from './activity-attempt.js';
import { Execution } from './execution.js';
import type { Closed, RunHost } from './run-host.js';
import type { HistoryLimits } from './history.js';
import { Matching } from './matching.js';
import { toPayloadList } from './payloads.js';
import type { WorkflowWorker } from './run-cache.js';
import { Updates } from './updates.js';

/** A worker that polls for both kinds of task. */
export type Worker = WorkflowWorker & ActivityWorker;

export interface ServerOptions {
  readonly random: Random;
  readonly workflows: Readonly<Record<string, Workflow>>;
  readonly workers: () => readonly Worker[];
  readonly limits: HistoryLimits;
  readonly keepHistory?: boolean;
  /** Least distance of two activities of a queue, ms. */
  readonly spacingMs?: ReadonlyMap<string, number>;
  readonly onTaskDone?: (run: Execution) => void;
  readonly onTaskFailed?: (run: Execution, error: Error) => void;
  readonly onClosed?: (run: Execution, closed: Closed) => void;
  readonly onAttemptEnded?: (attempt: AttemptHandle, accepted: boolean) => void;
  /** Nobody took a task of that queue in time. */
  readonly onNeverTaken?: (queue: string) => void;
  readonly onPayload?: (bytes: Uint8Array, where: string) => void;
}

/** How a workflow is started. */
export interface StartOptions {
  readonly workflowId: string;
  readonly type: string;
  readonly taskQueue: string;
  readonly args: readonly unknown[];
  readonly memo?: Readonly<Record<string, unknown>>;
}

/** What stands for a Temporal server: workflows by their id, each with its runs. */
export class Server {
  readonly #runs = new Map<string, Execution[]>();
  readonly #updates = new Updates();
  readonly #options: ServerOptions;
  readonly #workflowTasks: Matching<Worker>;
  readonly #activityTasks: Matching<ActivityWorker>;
  readonly #host: RunHost;
  runsStarted = 0;
  #updatesAsked = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    const { random, workers, spacingMs } = options;
    // A workflow task takes no room from activities.
    this.#workflowTasks = new Matching(random.fork('workflow tasks'), workers);
    this.#activityTasks = new Matching<ActivityWorker>(
      random.fork('activity tasks'),
      workers,
      spacingMs,
    );
    const latency = random.fork('latency');
    this.#host = {
      limits: options.limits,
      keepHistory: options.keepHistory ?? false,
      workflows: this.#workflowTasks,
      activities: this.#activityTasks,
      workflowOf: (type) => {
        const workflow = options.workflows[type];
        if (workflow === undefined) throw new Error(`no workflow ${type}`);
        return workflow;
      },
      latencyMs: () => latency.between(1, 10),
      onTaskDone: (run) => options.onTaskDone?.(run),
      onTaskFailed: (run, error) => {
        trace.add(`${run.workflowId}: workflow task failed: ${error.message}`);
        options.onTaskFailed?.(run, error);
      },
      onClosed: (run, closed) => this.#onClosed(run, closed),
      onAttemptEnded: (attempt, accepted) => options.onAttemptEnded?.(attempt, accepted),
      onNeverTaken: (queue) => options.onNeverTaken?.(queue),
      onPayload: (bytes, where) => options.onPayload?.(bytes, where),
    };
  }

  /** The last run of each workflow. */
  get latest(): Execution[] {
    return [...this.#runs.values()].flatMap((runs) => runs.at(-1) ?? []);
  }

  /** A run under that id, the last unless another one is named; undefined where there is none. */
  find(workflowId: string, runId?: string): Execution | undefined {
    const runs = this.#runs.get(workflowId);
    return runId === undefined ? runs?.at(-1) : runs?.find((run) => run.runId === runId);
  }

  /** What a worker answers for a run, also for one that has ended; fails where there is no worker. */
  async query(run: Execution, name: string, args: readonly unknown[]): Promise<unknown> {
    const able = this.#options.workers().some((worker) => worker.polls(run.names.taskQueue));
    if (!able) throw new Error('no worker answers');
    return await run.query(name, args);
  }

  runsOf(workflowId: string): readonly Execution[] {
    return this.#runs.get(workflowId) ?? [];
  }

  /** Starts a workflow, or gives the one that runs under the id. */
  start(options: StartOptions): Execution {
    const running = this.find(options.workflowId);
    if (running !== undefined && running.closed === undefined) return running;
    trace.add(`${options.workflowId}: started`);
    const memo = Object.entries(options.memo ?? {}).map(([name, value]) => {
      const [payload] = toPayloadList([value]);
      return [name, payload];
    });
    return this.#begin(options, toPayloadList(options.args), {
      memo: Object.fromEntries(memo) as Record<string, Payload>,
      attributes: {},
      startDelayMs: 0,
    });
  }

  async update(workflowId: string, name: string, args: readonly unknown[]): Promise<unknown> {
    const run = this.find(workflowId);
    if (run === undefined || run.closed !== undefined)
      throw new Error(`${workflowId} does not run`);
    const id = `update ${(this.#updatesAsked += 1)}`;
    const answer = this.#updates.wait(id, run.runId);
    run.update(id, name, args);
    return await answer;
  }

  /** A worker began to poll, or has room again. */
  wake(): void {
    this.#workflowTasks.wake();
    this.#activityTasks.wake();
  }

  onWorkerGone(worker: Worker): void {
    for (const run of this.latest) run.onWorkerGone(worker);
  }

  #begin(
    { workflowId, type, taskQueue }: Pick<StartOptions, 'workflowId' | 'type' | 'taskQueue'>,
    args: readonly Payload[],
    rest: {
      memo: Record<string, Payload>;
      attributes: Record<string, Payload>;
      startDelayMs: number;
    },
  ): Execution {
    const runId = `run ${(this.runsStarted += 1)}`;
    const names = { workflowId, type, taskQueue, runId, startedMs: clock.nowMs };
    const run = new Execution(this.#host, { names, args, ...rest }, this.#updates);
    this.#runs.set(workflowId, [...this.runsOf(workflowId), run]);
    return run;
  }

  #onClosed(run: Execution, closed: Closed): void {
    trace.add(`${run.workflowId}: ${closed.status} after ${run.history.events} events`);
    this.#options.onClosed?.(run, closed);
    if (closed.status !== 'CONTINUED_AS_NEW') return;
    const { args, memo, attributes, startDelayMs } = closed.next;
    this.#begin(run.names, args, {
      memo: { ...memo },
      attributes: { ...attributes },
      startDelayMs,
    });
  }
}
