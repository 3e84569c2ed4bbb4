import { asyncLocalStorage, Context } from '@temporalio/activity';
import type { Info } from '@temporalio/activity';
import { CancelledFailure, ensureApplicationFailure } from '@temporalio/common';
import type { Payload, ApplicationFailure } from '@temporalio/common';
import { clock, owners } from '../time/clock.js';
import type { Owner, Timer } from '../time/clock.js';
import type { AttemptHandle, AttemptOrder } from './activity-attempt.js';
import type { ActivityResult } from './activity-task.js';
import { failureOf, fromPayloadList, toPayloadList } from './payloads.js';
import type { Worker } from './server.js';

type Activities = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

export interface ProcessOptions {
  readonly name: string;
  readonly queues: readonly string[];
  readonly activities: Activities;
  /** Activities at a time. */
  readonly slots: () => number;
  /** How long it takes until the server has heard. */
  latencyMs(): number;
  /** Whether the report of an attempt gets lost on its way to the server. */
  losesReport(order: AttemptOrder): boolean;
  onBegun(attempt: AttemptHandle): void;
  onRoom(): void;
}

/** Share of the heartbeat timeout between two heartbeats that reach the server, as the SDK's core has it. */
const THROTTLE_SHARE = 0.8;
const MOST_THROTTLE_MS = 60_000;

/** A process of the product that polls for tasks; when it dies, nothing of it goes on. */
export class WorkerProcess implements Worker, Owner {
  alive = true;
  skewMs = 0;
  /** It does not poll any more, and lets end what it does. */
  draining = false;
  readonly name: string;
  readonly #options: ProcessOptions;
  readonly running = new Set<Attempt>();

  constructor(options: ProcessOptions) {
    this.name = options.name;
    this.#options = options;
  }

  polls(queue: string): boolean {
    return this.alive && !this.draining && this.#options.queues.includes(queue);
  }

  hasRoom(): boolean {
    return this.running.size < this.#options.slots();
  }

  begin(order: AttemptOrder): AttemptHandle {
    const attempt = new Attempt(order, this, this.#options);
    this.running.add(attempt);
    clock.after(
      0,
      () => {
        this.#options.onBegun(attempt);
        attempt.run();
      },
      this,
    );
    return attempt;
  }

  /** Ends at once. */
  kill(): void {
    this.alive = false;
    this.running.clear();
  }

  onEnded(attempt: Attempt): void {
    this.running.delete(attempt);
    this.#options.onRoom();
  }
}

/** Whose context is whose. */
const attempts = new WeakMap<Context, Attempt>();

/** An attempt of an activity in a process. */
export class Attempt implements AttemptHandle {
  readonly order: AttemptOrder;
  readonly worker: WorkerProcess;
  /** What the process reported. */
  endedAs: 'nothing yet' | 'completed' | 'failed' | 'cancelled' = 'nothing yet';
  result: ActivityResult | undefined;
  readonly #options: ProcessOptions;
  readonly #controller = new AbortController();
  readonly #details: { details?: { cancelRequested: boolean; notFound: boolean } } = {};
  #cancelReason: string | undefined;
  #nextHeartbeatMs = 0;
  #heartbeatTimer: Timer | undefined;
  #ended = false;

  constructor(order: AttemptOrder, worker: WorkerProcess, options: ProcessOptions) {
    this.order = order;
    this.worker = worker;
    this.#options = options;
  }

  /** Its process lives, and it has not ended. */
  get isAtWork(): boolean {
    return this.worker.alive && !this.#ended;
  }

  /** The attempt that the code which runs now belongs to. */
  static current(): Attempt | undefined {
    const context = asyncLocalStorage.getStore();
    return context === undefined ? undefined : attempts.get(context);
  }

  run(): void {
    const { name, args } = this.order;
    const activity = this.#options.activities[name];
    if (activity === undefined) throw new Error(`no activity ${name}`);
    const body = owners.run(this.worker, () =>
      asyncLocalStorage.run(
        this.#context(),
        async () => await activity(...(fromPayloadList(args) as never[])),
      ),
    );
    void body.then(
      (value) => this.#report({ completed: { result: toPayloadList([value])[0] ?? null } }),
      (error: unknown) => this.#report(this.#resultOf(error)),
    );
  }

  #resultOf(error: unknown): ActivityResult {
    if (this.#cancelReason !== undefined && error instanceof CancelledFailure) {
      return { cancelled: { failure: failureOf(error) } };
    }
    return { failed: { failure: failureOf(withoutStack(ensureApplicationFailure(error))) } };
  }

  #report(result: ActivityResult): void {
    if (!this.worker.alive) return;
    this.#ended = true;
    this.result = result;
    this.endedAs = result.completed ? 'completed' : result.cancelled ? 'cancelled' : 'failed';
    if (this.#heartbeatTimer !== undefined) this.#heartbeatTimer.cancelled = true;
    this.worker.onEnded(this);
    if (this.#options.losesReport(this.order)) return;
    // A report that is on its way arrives, whatever becomes of its sender.
    clock.after(this.#options.latencyMs(), () => {
      this.order.server.report(result);
    });
  }

  /** The first goes out at once, later ones with the newest details after a while. */
  #heartbeat(details: readonly Payload[]): void {
    if (this.#ended || this.#heartbeatTimer?.cancelled === false) return;
    const { heartbeatMs } = this.order;
    if (heartbeatMs === undefined) return;
    const waitMs = Math.max(0, this.#nextHeartbeatMs - clock.nowMs) + this.#options.latencyMs();
    const timer = clock.after(
      waitMs,
      () => {
        timer.cancelled = true;
        if (this.#ended || !this.worker.alive) return;
        this.#nextHeartbeatMs =
          clock.nowMs + Math.min(MOST_THROTTLE_MS, heartbeatMs * THROTTLE_SHARE);
        const answer = this.order.server.heartbeat(details);
        if (answer !== 'ok') this.#cancel(answer);
      },
      this.worker,
    );
    this.#heartbeatTimer = timer;
  }

  #cancel(answer: 'cancel' | 'gone'): void {
    if (this.#cancelReason !== undefined) return;
    this.#cancelReason = answer === 'cancel' ? 'CANCELLED' : 'NOT_FOUND';
    this.#details.details = { cancelRequested: answer === 'cancel', notFound: answer === 'gone' };
    this.#controller.abort(new CancelledFailure(this.#cancelReason));
  }

  #context(): Context {
    const { workflowId, runId, activityId, name, number, queue } = this.order;
    const info = {
      activityId,
      activityType: name,
      attempt: number,
      taskQueue: queue,
      workflowExecution: { workflowId, runId },
      heartbeatDetails: fromPayloadList(this.order.heartbeatDetails)[0],
      isLocal: false,
    } as unknown as Info;
    const { signal } = this.#controller;
    const cancelled = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
    cancelled.catch(() => undefined);
    const parts = [
      info,
      cancelled,
      signal,
      (details: unknown) => {
        this.#heartbeat(toPayloadList(details === undefined ? [] : [details]));
      },
      undefined,
      undefined,
      undefined,
      this.#details,
    ];
    const context = new Context(...(parts as unknown as ConstructorParameters<typeof Context>));
    attempts.set(context, this);
    return context;
  }
}

/** A stack names files of this machine, and is long. */
function withoutStack(failure: ApplicationFailure): ApplicationFailure {
  failure.stack = '';
  return failure;
}
