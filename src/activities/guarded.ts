import { setMaxListeners } from 'node:events';
import { CancelledFailure, Context } from '@temporalio/activity';
import { CollectorError } from '../errors/collector-error.js';
import { messageOf } from '../errors/message-of.js';
import type { StreamIdentity } from '../pull/settings.js';
import type { ActivityDependencies } from './dependencies.js';
import type { ActivityErrorCode } from './errors.js';
import { codeOf, toFailure } from './failure.js';

/** More than the pages that are read at once, and than the activities of a process. */
const MOST_LISTENERS = 100;
const STOPPED = 'WORKER_STOPPED' satisfies ActivityErrorCode;
/** Well below the heartbeat timeout of 30 s that the workflows set. */
const HEARTBEAT_MS = 5_000;

export interface Guarding {
  readonly activity: string;
  /**
   * What a stop of the worker does to it: what fetches is given up, for it costs some requests at most to do it
   * again, and what delivers gets the worker's time to finish, for that would be sent twice.
   */
  readonly atStop: 'give up' | 'finish';
}

/**
 * Runs the body of an activity: heartbeats while it runs, hands it the signal of its cancellation, and
 * turns what it raises into a failure with a code.
 */
export async function guarded<Result>(
  deps: ActivityDependencies,
  { activity, atStop }: Guarding,
  stream: StreamIdentity,
  body: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const context = Context.current();
  const ending = new AbortController();
  const sources =
    atStop === 'give up'
      ? [context.cancellationSignal, deps.stopping]
      : [context.cancellationSignal];
  const end = () => {
    ending.abort(new CancelledFailure('cancelled'));
  };
  // Each page under way listens; the default of 10 would warn of a leak that is none.
  setMaxListeners(MOST_LISTENERS, ending.signal, ...sources);
  for (const source of sources) {
    source.addEventListener('abort', end);
    if (source.aborted) end();
  }
  const timer = setInterval(() => {
    context.heartbeat();
  }, HEARTBEAT_MS);
  try {
    return await body(ending.signal);
  } catch (error) {
    const byServer =
      context.cancellationSignal.aborted && context.cancellationDetails?.workerShutdown !== true;
    if (byServer) throw new CancelledFailure('cancelled');
    // The argument is often more than the stream: keys by the thousand do not belong into the log.
    const { input, inputId } = stream;
    const about = { input, inputId, stream: stream.stream, activity };
    if (ending.signal.aborted) {
      deps.log.info({ ...about, code: STOPPED }, 'Activity left for the next start');
      throw toFailure(
        new CollectorError(STOPPED, 'the worker was stopped; the next one does this again', {
          retry: 'later',
        }),
      );
    }
    const code = codeOf(error);
    deps.observer.onFailed(stream, activity, code);
    const { attempt } = context.info;
    deps.log.warn({ ...about, code, attempt, reason: messageOf(error) }, 'Activity failed');
    throw toFailure(error);
  } finally {
    clearInterval(timer);
    for (const source of sources) source.removeEventListener('abort', end);
  }
}
