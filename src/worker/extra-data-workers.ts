import type { Worker } from '@temporalio/worker';
import type { CollectorConfig } from '../config/model.js';
import { extraDataQueue } from '../pull/task-queues.js';
import { inputsWithIncidentAlerts } from './streams.js';
import type { WorkerSet } from './worker-set.js';

/** A gone input's worker ends so long after the config changed: what its stream has asked for is answered first. */
export const LINGER_MS = 5 * 60_000;

/** One input's queue for the alerts of incidents. */
export interface ExtraDataQueue {
  readonly queue: string;
  readonly extraDataPerMinute: number;
}

/** The workers for incidents' alerts, one per input, by queue and rate: a changed rate needs another worker. */
export interface ExtraDataWorkers {
  /** Starts those that the config in force wants and that do not run yet. */
  addMissing(): Promise<void>;
  /** Ends those that it does not want any more, after a while; a later call begins that while anew. */
  retireLater(): void;
}

export interface ExtraDataOptions {
  readonly config: () => CollectorConfig;
  readonly workers: WorkerSet;
  /** Makes the worker of a queue. */
  readonly create: (queue: ExtraDataQueue) => Promise<Worker>;
}

/** Starts with none. */
export function createExtraDataWorkers(options: ExtraDataOptions): ExtraDataWorkers {
  const { workers, create } = options;
  const own = new Set<string>();
  let lingering: NodeJS.Timeout | undefined;

  function wanted(): Map<string, ExtraDataQueue> {
    const config = options.config();
    return new Map(
      inputsWithIncidentAlerts(config).map(({ name, id, extraDataPerMinute }) => {
        const prefix = config.temporal.taskQueuePrefix;
        const queue = extraDataQueue(prefix, { input: name, inputId: id });
        return [`${queue} ${extraDataPerMinute}`, { queue, extraDataPerMinute }] as const;
      }),
    );
  }

  function retire(name: string): void {
    own.delete(name);
    workers.retire(name);
  }

  return {
    async addMissing() {
      for (const [name, each] of wanted()) {
        if (own.has(name)) continue;
        const worker = await create(each);
        for (const other of own) if (other.startsWith(`${each.queue} `)) retire(other);
        own.add(name);
        workers.add(name, 'incident_alerts', worker);
      }
    },
    retireLater() {
      // One timer: that of an earlier change would not leave a later one its time.
      clearTimeout(lingering);
      lingering = setTimeout(() => {
        const needed = wanted();
        for (const name of own) if (!needed.has(name)) retire(name);
      }, LINGER_MS);
      lingering.unref();
    },
  };
}
