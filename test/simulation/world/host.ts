import type { Logger } from 'pino';
import { createActivities } from '../../../src/activities/index.js';
import type {
  ActivityDependencies,
  ActivityObserver,
} from '../../../src/activities/dependencies.js';
import type { CollectorConfig } from '../../../src/config/model.js';
import { createCortexClient } from '../../../src/cortex/client.js';
import type { CortexClient } from '../../../src/cortex/client.js';
import { createLimiter } from '../../../src/cortex/limiter.js';
import { extraDataQueue } from '../../../src/pull/task-queues.js';
import { openSegmentStore } from '../../../src/segments/segment-store.js';
import { streamsOf } from '../../../src/worker/streams.js';
import { clock, owners } from '../time/clock.js';
import { trace } from '../trace.js';
import { WorkerProcess } from '../temporal/worker-process.js';
import type { Attempt, ProcessOptions } from '../temporal/worker-process.js';
import { Disk, mount } from './disk.js';
import type { Ledger } from './ledger.js';
import type { Receiver } from './output.js';

/** After which a process that could not start is started again. */
const START_AGAIN_MS = 5_000;
/** How long a process that was asked to stop lets deliveries end. */
const STOP_MS = 20_000;

export interface HostOptions {
  readonly name: string;
  readonly config: () => CollectorConfig;
  readonly receivers: ReadonlyMap<string, Receiver>;
  readonly ledger: Ledger;
  readonly slots: number;
  readonly latencyMs: () => number;
  readonly losesReport: () => boolean;
  readonly onBegun: (attempt: Attempt) => void;
  readonly onRoom: () => void;
  readonly onGone: (process: WorkerProcess) => void;
}

/** A machine of the collector: a disk, and the process on it, which comes and goes. */
export class Host {
  readonly name: string;
  disk: Disk;
  process: WorkerProcess | undefined;
  /** It takes nothing new, and polls nevertheless. */
  busy = false;
  #skewMs = 0;
  readonly #options: HostOptions;
  #stopping = new AbortController();
  #boots = 0;

  constructor(options: HostOptions) {
    this.name = options.name;
    this.#options = options;
    this.disk = new Disk(this.name);
    mount(this.name, this.disk);
  }

  /** Starts a process on the disk; it polls a moment later. */
  boot(): void {
    if (this.process !== undefined) return;
    this.#boots += 1;
    const boot = this.#boots;
    // A process of its own until it polls, so that what it waits for dies with it.
    const starting = { alive: true, skewMs: this.#skewMs };
    const isMeant = () => boot === this.#boots && this.process === undefined;
    void owners.run(starting, async () => {
      const { taskQueuePrefix } = this.#options.config().temporal;
      const stateDir = Disk.stateDir(this.name);
      try {
        const segments = await openSegmentStore({ stateDir, taskQueuePrefix });
        if (isMeant()) this.#begin(segments, taskQueuePrefix);
      } catch {
        // Whoever keeps it running starts it again.
        clock.after(START_AGAIN_MS, () => {
          if (isMeant()) this.boot();
        });
      }
    });
  }

  /** Sets the clock that its processes see, beside the true time. */
  setClock(skewMs: number): void {
    this.#skewMs = Math.round(skewMs);
    if (this.process !== undefined) this.process.skewMs = this.#skewMs;
  }

  /** Ends the process at once. */
  kill(how: 'killed' | 'power cut' | 'disk lost'): void {
    this.#boots += 1;
    trace.add(`${this.name}: ${how}`);
    const { process } = this;
    this.process = undefined;
    if (process !== undefined) {
      process.kill();
      this.#options.onGone(process);
    }
    if (how === 'power cut') this.disk.powerCut();
    if (how === 'disk lost') {
      this.disk = new Disk(this.name);
      mount(this.name, this.disk);
      this.#options.ledger.onDiskLost(this.name);
    }
  }

  /** Asks the process to stop, as a restart in order does. */
  stop(): void {
    const { process } = this;
    if (process === undefined) return;
    trace.add(`${this.name}: stops`);
    process.draining = true;
    this.#stopping.abort();
    const look = (leftMs: number) => {
      if (this.process !== process) return;
      if (process.running.size === 0 || leftMs <= 0) this.kill('killed');
      else clock.after(500, () => look(leftMs - 500));
    };
    look(STOP_MS);
  }

  #begin(segments: ActivityDependencies['segments'], prefix: string): void {
    const { options, stopping } = { options: this.#options, stopping: new AbortController() };
    this.#stopping = stopping;
    const [input] = options.config().inputs;
    const inputQueues = input
      ? [extraDataQueue(prefix, { input: input.name, inputId: input.id })]
      : [];
    const deps: ActivityDependencies = {
      config: options.config,
      streams: () => streamsOf(options.config(), true),
      client: clientOf(options.config()),
      output: (name) =>
        options.config().outputs.some((output) => output.name === name)
          ? options.receivers.get(name)?.connect()
          : undefined,
      segments: {
        ...segments,
        confirm: async (ref, output, outputs) => {
          const kept = await segments.confirm(ref, output, outputs);
          if (kept) this.#remember(ref.name, ref.workflowId, output);
          return kept;
        },
      },
      stopping: stopping.signal,
      log: SILENT as Logger,
      observer: SILENT as ActivityObserver,
    };
    const processOptions: ProcessOptions = {
      name: this.name,
      queues: [prefix, segments.hostQueue, ...inputQueues],
      activities: createActivities(deps) as unknown as ProcessOptions['activities'],
      slots: () => (this.busy ? 0 : options.slots),
      latencyMs: options.latencyMs,
      losesReport: options.losesReport,
      onBegun: options.onBegun,
      onRoom: options.onRoom,
    };
    this.process = new WorkerProcess(processOptions);
    this.process.skewMs = this.#skewMs;
    trace.add(`${this.name}: polls`);
    options.onRoom();
  }

  /** The newest sending of this segment is remembered on this disk. */
  #remember(segment: string, workflowId: string, output: string): void {
    const sending = this.#options.ledger.sendings.findLast(
      (each) =>
        each.segment.name === segment && each.workflowId === workflowId && each.output === output,
    );
    if (sending !== undefined) sending.onDisk = this.name;
  }
}

/** All streams of an input share one client, and its quota. */
function clientOf(config: CollectorConfig): ActivityDependencies['client'] {
  let client: CortexClient | undefined;
  return () => {
    const [input] = config.inputs;
    if (input === undefined) throw new Error('no input');
    const limiter = createLimiter(input.requestLimits);
    return (client ??= createCortexClient({
      credentials: input.credentials,
      limiter,
      proxy: undefined,
    }));
  };
}

/** Takes every call and says nothing. */
const SILENT: unknown = new Proxy({}, { get: () => () => undefined });
