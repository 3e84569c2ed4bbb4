import { CancelledFailure } from '@temporalio/activity';
import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import type { ActivityDependencies } from '../../../src/activities/dependencies.js';
import { guarded } from '../../../src/activities/guarded.js';
import type { Endings } from '../../../src/activities/guarded.js';

// The SDK tells of each failed activity, and some fail here on purpose.
Runtime.install({ logger: new DefaultLogger('ERROR') });

const STREAM = { input: 'acme', inputId: '1', stream: 'alerts' } as const;

afterEach(() => {
  vi.useRealTimers();
});

/** Runs a body in an activity until it ends; `stop` asks the worker to stop. */
function running(atStop: 'give up' | 'finish', body: (endings: Endings) => Promise<string>) {
  const environment = new MockActivityEnvironment();
  const stopping = new AbortController();
  const deps = {
    stopping: stopping.signal,
    log: pino({ level: 'silent' }),
    observer: { onFailed: () => undefined },
  } as unknown as ActivityDependencies;
  const ended = environment.run<[], string, () => Promise<string>>(
    async () => await guarded(deps, { activity: 'test', atStop }, STREAM, body),
  );
  const stop = () => {
    stopping.abort();
  };
  return { environment, ended, stop };
}

/** A body that ends when it is told to, and with what. */
function openBody() {
  let endings: Endings | undefined;
  let finish: (value: string) => void = () => undefined;
  const body = async (given: Endings) => {
    endings = given;
    return await new Promise<string>((resolve, reject) => {
      finish = resolve;
      given.signal.addEventListener('abort', () => {
        reject(new Error('ended early'));
      });
    });
  };
  return {
    body,
    begun: () => vi.waitUntil(() => endings, { timeout: 60_000 }),
    finish: (text: string) => {
      finish(text);
    },
  };
}

it('shows signs of life well within the 30 s after which a worker counts as lost', async () => {
  vi.useFakeTimers();
  const open = openBody();
  const { environment, ended } = running('give up', open.body);
  const beats: number[] = [];
  environment.on('heartbeat', () => beats.push(Date.now()));
  const beganMs = Date.now();
  await vi.advanceTimersByTimeAsync(60_000);
  open.finish('done');
  await ended;
  const gaps = beats.map((ms, at) => ms - (beats[at - 1] ?? beganMs));
  expect(gaps.length).toBeGreaterThan(0);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(15_000);
  const count = beats.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(beats).toHaveLength(count);
});

it('gives up what fetches when the worker stops, to be done again', async () => {
  const open = openBody();
  const { ended, stop } = running('give up', open.body);
  await open.begun();
  stop();
  await expect(ended).rejects.toMatchObject({ type: 'WORKER_STOPPED', nonRetryable: false });
});

it('lets what delivers finish when the worker stops, and begin no further try', async () => {
  const open = openBody();
  const { ended, stop } = running('finish', open.body);
  const { signal, tries } = await open.begun();
  stop();
  expect([signal.aborted, tries.aborted]).toEqual([false, true]);
  open.finish('delivered');
  expect(await ended).toBe('delivered');
});

it.each(['give up', 'finish'] as const)(
  'ends as cancelled when the server cancels it (%s)',
  async (atStop) => {
    const open = openBody();
    const { environment, ended } = running(atStop, open.body);
    await open.begun();
    environment.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true }));
    await expect(ended).rejects.toBeInstanceOf(CancelledFailure);
  },
);

it('does not begin for a worker that was asked to stop before', async () => {
  const { ended } = (() => {
    const stopped = AbortSignal.abort();
    const environment = new MockActivityEnvironment();
    const deps = {
      stopping: stopped,
      log: pino({ level: 'silent' }),
      observer: { onFailed: () => undefined },
    } as unknown as ActivityDependencies;
    const body = ({ signal }: Endings) =>
      signal.aborted ? Promise.reject(new Error('ended early')) : Promise.resolve('ran');
    return {
      ended: environment.run<[], string, () => Promise<string>>(
        async () => await guarded(deps, { activity: 'test', atStop: 'give up' }, STREAM, body),
      ),
    };
  })();
  await expect(ended).rejects.toMatchObject({ type: 'WORKER_STOPPED' });
});
