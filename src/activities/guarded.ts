import { setMaxListeners } from 'node:events';
import { CancelledFailure, Context } from '@temporalio/activity';
import type { StreamIdentity } from '../pull/settings.js';
import { messageOf } from '../errors/message-of.js';
import type { ActivityDependencies } from './dependencies.js';
import { codeOf, toFailure } from './failure.js';

/** More than the pages that are read at once. */
const MOST_LISTENERS = 100;
/** Well below the heartbeat timeout of 30 s that the workflows set. */
const HEARTBEAT_MS = 5_000;

/**
 * Runs the body of an activity: heartbeats while it runs, hands it the signal of its cancellation, and
 * turns what it raises into a failure with a code.
 */
export async function guarded<Result>(
  deps: ActivityDependencies,
  activity: string,
  stream: StreamIdentity,
  body: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const context = Context.current();
  // Each page under way listens; the default of 10 would warn of a leak that is none.
  setMaxListeners(MOST_LISTENERS, context.cancellationSignal);
  const timer = setInterval(() => {
    context.heartbeat();
  }, HEARTBEAT_MS);
  try {
    return await body(context.cancellationSignal);
  } catch (error) {
    if (context.cancellationSignal.aborted) throw new CancelledFailure('cancelled');
    const code = codeOf(error);
    deps.observer.onFailed(stream, activity, code);
    // The argument is often more than the stream: keys by the thousand do not belong into the log.
    const { input, inputId } = stream;
    deps.log.warn(
      {
        input,
        inputId,
        stream: stream.stream,
        activity,
        code,
        attempt: context.info.attempt,
        reason: messageOf(error),
      },
      'Activity failed',
    );
    throw toFailure(error);
  } finally {
    clearInterval(timer);
  }
}
