import type { Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import { CollectorError } from '../errors/collector-error.js';
import type { WorkerErrorCode } from './errors.js';
import type { WatchedWorker } from './observe/readiness.js';

/** Workers that come and go while the process runs. */
export interface WorkerSet {
  /** Runs a worker under a name of its own. */
  add(name: string, queue: WatchedWorker['queue'], worker: Worker): void;
  /** Lets a worker finish what it has in hand and end; others go on. */
  retire(name: string): void;
  readonly names: () => string[];
  readonly watched: () => WatchedWorker[];
  /** Lets all finish and end. */
  readonly shutdown: () => void;
  /** Ends when all have ended; rejects where one broke, which ends the others too, with `WORKER_STOP_FORCED` where one did not end in time. */
  readonly done: Promise<void>;
}

interface RunningWorker {
  readonly queue: WatchedWorker['queue'];
  readonly worker: Worker;
}

/** Starts empty. */
export function createWorkerSet(log: Logger): WorkerSet {
  const serving = new Map<string, RunningWorker>();
  const failures: unknown[] = [];
  let stopping = false;
  let running = 0;
  const { promise: done, resolve, reject } = withResolvers();

  function shutdown(): void {
    stopping = true;
    for (const { worker } of serving.values()) stop(worker);
  }

  async function run(name: string, entry: RunningWorker): Promise<void> {
    running += 1;
    try {
      await entry.worker.run();
    } catch (error) {
      // A retired one has nothing to do any more, whatever it ends with.
      if (serving.get(name) === entry) failures.push(stopping ? stopForced() : error);
      else log.warn({ name, error }, 'A worker that was not needed any more did not end in order');
    }
    running -= 1;
    if (serving.get(name) === entry) shutdown();
    if (!stopping || running > 0) return;
    if (failures.length > 0) reject(failures[0]);
    else resolve();
  }

  return {
    add(name, queue, worker) {
      const entry = { queue, worker };
      serving.set(name, entry);
      void run(name, entry);
      if (stopping) stop(worker);
    },
    retire(name) {
      const entry = serving.get(name);
      if (entry === undefined || stopping) return;
      serving.delete(name);
      stop(entry.worker);
    },
    names: () => [...serving.keys()],
    watched: () =>
      [...serving.values()].map(({ queue, worker }) => ({ queue, status: worker.getStatus() })),
    shutdown,
    done,
  };
}

function stop(worker: Worker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}

/** Whatever the SDK raises then: it is of its own state, and hides that the time was up. */
function stopForced(): CollectorError {
  const code = 'WORKER_STOP_FORCED' satisfies WorkerErrorCode;
  return new CollectorError(
    code,
    'found something still under way long after the stop, expected Temporal to take its result; the next start takes it up',
    { retry: 'later' },
  );
}

function withResolvers() {
  let resolve: () => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<void>((onDone, onFailed) => {
    resolve = onDone;
    reject = onFailed;
  });
  return { promise, resolve, reject };
}
