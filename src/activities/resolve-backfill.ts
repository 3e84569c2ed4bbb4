import type { BackfillPlan } from '../pull/backfill.js';
import type { ActivityDependencies } from './dependencies.js';
import { toFailure } from './failure.js';
import { planBackfill } from './plan-backfill.js';

/** Makes the activity that turns a request for a backfill into a plan, for only a worker knows the config. */
export function createResolveBackfill(deps: Pick<ActivityDependencies, 'streams'>) {
  return (request: unknown): Promise<BackfillPlan> => {
    try {
      return Promise.resolve(planBackfill(request, deps.streams(), Date.now()));
    } catch (error) {
      return Promise.reject(toFailure(error));
    }
  };
}
