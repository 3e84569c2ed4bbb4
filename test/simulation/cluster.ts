import type { Payload } from '@temporalio/common';
import { DEFAULT_START_MS } from '../../src/pull/checkpoint.js';
import { LIMITS } from '../../src/pull/limits.js';
import type { StreamName } from '../../src/pull/settings.js';
import * as workflows from '../../src/workflows/index.js';
import { SETTINGS_MEMO } from '../../src/worker/settings-memo.js';
import { executeApply, planApply } from '../../src/worker/apply.js';
import type { TemporalSession } from '../../src/worker/temporal/open-temporal.js';
import type { CollectorConfig } from '../../src/config/model.js';
import type { Random } from './random.js';
import { START_MS } from './scenario.js';
import type { Scenario } from './scenario.js';
import { createClient } from './temporal/client.js';
import type { Execution } from './temporal/execution.js';
import { fromPayloadList } from './temporal/payloads.js';
import { Server } from './temporal/server.js';
import type { AttemptHandle } from './temporal/activity-attempt.js';
import { Attempt } from './temporal/worker-process.js';
import { clock, settle } from './time/clock.js';
import { trace } from './trace.js';
import { connectApi } from './world/api.js';
import type { Api } from './world/api.js';
import { configOf, INPUT, PREFIX } from './world/config.js';
import type { ConfigDraw } from './world/config.js';
import { Fetches } from './world/fetches.js';
import { Host } from './world/host.js';
import { Ledger } from './world/ledger.js';
import type { Sending } from './world/ledger.js';
import { createReceiver } from './world/output.js';
import type { Receiver } from './world/output.js';
import { populate } from './world/population.js';
import { Tenant } from './world/tenant.js';

const RECEIVERS = ['a', 'b'] as const;

/** What checkers hear of. */
export interface Listener {
  onTaskDone?(run: Execution): void;
  onTaskFailed?(run: Execution, error: Error): void;
  onClosed?(run: Execution): void;
  onPayload?(bytes: Uint8Array, where: string): void;
  onSending?(sending: Sending): void;
  /** A signal is about to be sent. */
  onSignal?(run: Execution, name: string): void;
  /** `segment`: what it is to write, where it fetches. */
  onBegun?(attempt: AttemptHandle, segment: string | undefined): void;
  onSent?(attempt: Attempt, sending: Sending): void;
  /** The server took it for lost, and it is not. */
  onSilent?(attempt: Attempt): void;
}

/** The collector with all around it: server, hosts, tenant, receivers. */
export class Cluster {
  readonly scenario: Scenario;
  readonly random: Random;
  readonly tenant: Tenant;
  readonly api: Api;
  readonly ledger = new Ledger();
  readonly fetches = new Fetches();
  readonly receivers: ReadonlyMap<string, Receiver>;
  readonly hosts: readonly Host[];
  readonly server: Server;
  readonly listeners: Listener[] = [];
  config: CollectorConfig;
  draw: ConfigDraw;
  /** Share of the reports that get lost on their way to the server. */
  lostReports = 0;
  readonly #session: TemporalSession;
  readonly #joinedMs = new Map<string, number>();
  readonly #repeats = new Map<string, number>();
  readonly #resetToMs = new Map<string, number>();
  readonly #sendings = new WeakMap<Attempt, Sending>();

  constructor(scenario: Scenario, random: Random) {
    this.scenario = scenario;
    this.random = random;
    Object.assign(LIMITS, scenario.limits);
    const { records, incidents } = populate(scenario.population, random.fork('population'));
    this.tenant = new Tenant(records, incidents, { ...scenario.behaviour }, random.fork('tenant'));
    this.api = connectApi(this.tenant, random.fork('api'));
    this.draw = scenario.config;
    this.config = configOf(this.draw);
    this.receivers = new Map(
      RECEIVERS.map((name) => [
        name,
        createReceiver({
          name,
          random: random.fork(`receiver ${name}`),
          ledger: this.ledger,
          onDelivering: (sending) => this.#onDelivering(sending),
        }),
      ]),
    );
    this.server = new Server({
      random: random.fork('server'),
      workflows: workflows,
      workers: () => this.hosts.flatMap(({ process }) => process ?? []),
      limits: scenario.history,
      onTaskDone: (run) => {
        this.#seeOutputs();
        this.#tell((each) => each.onTaskDone?.(run));
      },
      onTaskFailed: (run, error) => this.#tell((each) => each.onTaskFailed?.(run, error)),
      onClosed: (run) => {
        if (run.closed?.status === 'TERMINATED') {
          this.ledger.onRunLost(run.runId, run.lastTaskStartedMs);
        }
        this.#tell((each) => each.onClosed?.(run));
      },
      onAttemptEnded: (attempt, accepted) => this.#onAttemptEnded(attempt, accepted),
      onNeverTaken: (queue) => {
        trace.add(`nobody polls ${queue}`);
        this.fetches.onHostGone(queue);
      },
      onPayload: (bytes, where) => this.#tell((each) => each.onPayload?.(bytes, where)),
    });
    this.#session = {
      client: createClient(this.server),
      searchAttributes: true,
    } as TemporalSession;
    const reports = random.fork('reports');
    const latency = random.fork('worker latency');
    this.hosts = ['h1', 'h2'].map(
      (name) =>
        new Host({
          name,
          config: () => this.config,
          receivers: this.receivers,
          ledger: this.ledger,
          slots: scenario.slots,
          latencyMs: () => latency.between(1, 10),
          losesReport: () => reports.chance(this.lostReports),
          onBegun: (attempt) => {
            trace.add(`${name}: ${wordsOf(attempt)} began`);
            const segment = segmentOf(attempt);
            this.#tell((each) => each.onBegun?.(attempt, segment));
          },
          onRoom: () => this.server.wake(),
          onGone: (process) => this.server.onWorkerGone(process),
        }),
    );
  }

  /** Takes the config into the workflows, as the command does. */
  async apply(): Promise<void> {
    const steps = await planApply(this.config, this.#session);
    trace.add(
      `apply: ${steps.map(({ action, workflowId }) => `${action} ${workflowId}`).join(', ')}`,
    );
    for (const { workflowId, warning } of steps) {
      // The plan says that what was sent may be sent once more.
      if (warning === true) this.#repeats.set(workflowId, this.repeats(workflowId) + 1);
    }
    await executeApply(this.#session, steps);
  }

  /** Applies what is in the config by then. */
  applySoon(): void {
    clock.after(0, () => this.apply());
  }

  reconfigure(change: Partial<ConfigDraw>): void {
    this.draw = { ...this.draw, ...change };
    this.config = configOf(this.draw);
  }

  /** Ids of the workflows of the streams in the config. */
  get streamIds(): string[] {
    return this.draw.streams.map((stream) => this.#idOf(stream));
  }

  #idOf(stream: StreamName): string {
    return `collect/${INPUT.name}/${INPUT.id}/${stream}`;
  }

  startBackfill(): void {
    const { backfill } = this.scenario;
    if (backfill === undefined || this.server.find(`backfill/${backfill.stream}`)) return;
    const { stream, fromMs, toMs, lanes } = backfill;
    // It would fail at once where the config has no such stream.
    if (!this.draw.streams.includes(stream)) return;
    const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
    this.server.start({
      workflowId: `backfill/${stream}`,
      type: 'backfill',
      taskQueue: PREFIX,
      args: [{ service: stream, from, to, lanes }],
    });
  }

  /** Lets time pass until it is so, at most so long; false where it never became so. */
  async runUntil(isSo: () => boolean | Promise<boolean>, mostMs: number): Promise<boolean> {
    const endMs = clock.nowMs + mostMs;
    for (;;) {
      await settle();
      if (await isSo()) return true;
      if (clock.nowMs >= endMs) return false;
      if (!(await clock.step())) return false;
    }
  }

  async run(forMs: number): Promise<void> {
    const endMs = clock.nowMs + forMs;
    clock.after(forMs, () => undefined);
    await this.runUntil(() => clock.nowMs >= endMs, forMs);
  }

  /** From when on an output gets everything; the beginning, unless it joined later. */
  joinedMs(output: string): number {
    return this.#joinedMs.get(output) ?? 0;
  }

  /** Which time a live stream is owed from. */
  liveFromMs(stream: StreamName): number {
    const startMs = this.scenario.config.startTimeMs ?? START_MS - DEFAULT_START_MS;
    return Math.max(startMs, this.#resetToMs.get(this.#idOf(stream)) ?? 0);
  }

  /** Somebody asked that a stream sends once more what it has from that time on. */
  onRepeated(workflowId: string, fromMs: number): void {
    this.#repeats.set(workflowId, this.repeats(workflowId) + 1);
    this.#resetToMs.set(workflowId, Math.max(fromMs, this.#resetToMs.get(workflowId) ?? 0));
  }

  /** An output comes to the config: it gets what is read from when the streams have heard of it. */
  joins(output: string): void {
    this.reconfigure({ outputs: [...new Set([...this.draw.outputs, output])] });
    this.#joinedMs.set(output, Infinity);
    this.applySoon();
  }

  /** Sends a signal, if the workflow runs. */
  signal(workflowId: string, name: string, ...args: unknown[]): void {
    const run = this.server.find(workflowId);
    if (run === undefined || run.closed !== undefined) return;
    trace.add(`signal ${name} to ${workflowId}`);
    this.#tell((each) => each.onSignal?.(run, name));
    run.signal(name, args);
  }

  /** Whether the backfill came to its end. */
  get backfilled(): boolean {
    const { backfill } = this.scenario;
    const run =
      backfill === undefined ? undefined : this.server.find(`backfill/${backfill.stream}`);
    return run?.closed?.status === 'COMPLETED';
  }

  /** How often somebody asked that a workflow sends everything once more. */
  repeats(workflowId: string): number {
    return this.#repeats.get(workflowId) ?? 0;
  }

  get virtualMs(): number {
    return clock.nowMs - START_MS;
  }

  /** Notes when all streams have heard of an output that joined. */
  #seeOutputs(): void {
    for (const [output, atMs] of this.#joinedMs) {
      if (atMs !== Infinity) continue;
      const know = this.streamIds.every((id) => {
        const settings = this.server.find(id)?.memo[SETTINGS_MEMO];
        return settings !== undefined && hasOutput(settings, output);
      });
      if (know) this.#joinedMs.set(output, clock.nowMs);
    }
  }

  #tell(about: (listener: Listener) => void): void {
    for (const listener of this.listeners) about(listener);
  }

  #onDelivering(sending: Sending): void {
    const attempt = Attempt.current();
    if (attempt !== undefined) this.#sendings.set(attempt, sending);
    this.#tell((each) => each.onSending?.(sending));
  }

  #onAttemptEnded(handle: AttemptHandle, accepted: boolean): void {
    if (!(handle instanceof Attempt)) return;
    const attempt = handle;
    trace.add(`${attempt.worker.name}: ${wordsOf(attempt)} ${accepted ? attempt.endedAs : 'lost'}`);
    if (accepted) this.fetches.onEnded(attempt);
    else if (attempt.isAtWork && this.server.find(attempt.order.workflowId)?.closed === undefined) {
      this.#tell((each) => each.onSilent?.(attempt));
    }
    const sending = this.#sendings.get(attempt);
    if (sending === undefined) return;
    const isSettled = accepted && attempt.endedAs === 'completed';
    sending.state = isSettled ? 'settled' : 'doubtful';
    sending.settledMs = clock.nowMs;
    this.#tell((each) => each.onSent?.(attempt, sending));
  }
}

/** The segment that a fetching activity is to write. */
function segmentOf({ order }: AttemptHandle): string | undefined {
  if (!order.name.startsWith('fetch')) return undefined;
  const [{ segment }] = fromPayloadList(order.args) as [{ segment?: string }];
  return segment;
}

function hasOutput(settings: Payload, output: string): boolean {
  const [value] = fromPayloadList([settings]) as [{ outputs?: readonly string[] }];
  return value.outputs?.includes(output) === true;
}

function wordsOf({ order }: AttemptHandle): string {
  const { name, workflowId, activityId, number } = order;
  return `${name} ${activityId} of ${workflowId}${number > 1 ? `, attempt ${number},` : ''}`;
}
