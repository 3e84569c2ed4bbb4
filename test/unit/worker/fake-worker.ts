import type { Worker } from '@temporalio/worker';

/** A worker that ends when its work in hand is over. */
export interface FakeWorker {
  readonly worker: Worker;
  readonly isStopping: () => boolean;
  /** What it had in hand when it was told to stop is done. */
  finish(): void;
}

/** One that runs, and has something in hand. */
export function fakeWorker(): FakeWorker {
  let state: 'RUNNING' | 'STOPPING' = 'RUNNING';
  let finish: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const worker = {
    run: async () => await ended,
    getState: () => state,
    shutdown: () => {
      state = 'STOPPING';
    },
    getStatus: () => ({ runState: state }),
  };
  return {
    worker: worker as unknown as Worker,
    isStopping: () => state === 'STOPPING',
    finish: () => finish(),
  };
}
