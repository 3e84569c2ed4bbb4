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

/** What ends the body of an activity early. */
export interface Endings {
  /** Ends everything. */
  readonly signal: AbortSignal;
  /** Ends tries while nothing is under way: aborted with `signal`, and when the worker was asked to stop. */
  readonly tries: AbortSignal;
}

/**
 * Runs the body of an activity: heartbeats while it runs, hands it what ends it, and turns what it raises into a
 * failure with a code.
 */
export async function guarded<Result>(
  deps: ActivityDependencies,
  { activity, atStop }: Guarding,
  stream: StreamIdentity,
  body: (endings: Endings) => Promise<Result>,
): Promise<Result> {
  const context = Context.current();
  const tries = new AbortController();
  const sources = [context.cancellationSignal, deps.stopping];
  const end = () => {
    tries.abort(new CancelledFailure('cancelled'));
  };
  const signal = atStop === 'give up' ? tries.signal : context.cancellationSignal;
  // Each page under way listens; the default of 10 would warn of a leak that is none.
  setMaxListeners(MOST_LISTENERS, tries.signal, ...sources);
  for (const source of sources) {
    source.addEventListener('abort', end);
    if (source.aborted) end();
  }
  const timer = setInterval(() => {
    context.heartbeat();
  }, HEARTBEAT_MS);
  try {
    return await body({ signal, tries: tries.signal });
  } catch (error) {
    const byServer =
      context.cancellationSignal.aborted && context.cancellationDetails?.workerShutdown !== true;
    if (byServer) throw new CancelledFailure('cancelled');
    // The argument is often more than the stream: keys by the thousand do not belong into the log.
    const { input, inputId } = stream;
    const about = { input, inputId, stream: stream.stream, activity };
    if (signal.aborted) {
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
