import type { BackfillPlan } from '../pull/backfill.js';
import { messageOf } from '../errors/message-of.js';
import type { ActivityDependencies } from './dependencies.js';
import { codeOf, toFailure } from './failure.js';
import { planBackfill } from './plan-backfill.js';

/** Makes the activity that turns a request for a backfill into a plan, for only a worker knows the config. */
export function createResolveBackfill(deps: Pick<ActivityDependencies, 'streams' | 'log'>) {
  return (request: unknown): Promise<BackfillPlan> => {
    try {
      return Promise.resolve(planBackfill(request, deps.streams(), Date.now()));
    } catch (error) {
      deps.log.warn(
        {
          activity: 'resolveBackfill',
          code: codeOf(error),
          reason: messageOf(error),
        },
        'Activity failed',
      );
      return Promise.reject(toFailure(error));
    }
  };
}
