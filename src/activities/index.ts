import type { CollectorActivities } from '../pull/activity-contract.js';
import { createDeliverSegment } from './deliver-segment.js';
import type { ActivityDependencies } from './dependencies.js';
import { createFetchSegment } from './fetch-segment.js';

/** All activities, closed over what they need. */
export function createActivities(deps: ActivityDependencies): CollectorActivities {
  return { fetchSegment: createFetchSegment(deps), deliverSegment: createDeliverSegment(deps) };
}
