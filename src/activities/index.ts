import type { CollectorActivities } from '../pull/activity-contract.js';
import { createDeliverSegment } from './deliver-segment.js';
import type { ActivityDependencies } from './dependencies.js';
import { createFetchIncidentAlerts } from './fetch-incident-alerts.js';
import { createFetchSegment } from './fetch-segment.js';
import { createListChangedIncidents } from './list-changed-incidents.js';
import { createResolveBackfill } from './resolve-backfill.js';
import { createVerifyInDevo } from './verify-in-devo.js';

/** All activities, closed over what they need. */
export function createActivities(deps: ActivityDependencies): CollectorActivities {
  return {
    fetchSegment: createFetchSegment(deps),
    listChangedIncidents: createListChangedIncidents(deps),
    fetchIncidentAlerts: createFetchIncidentAlerts(deps),
    resolveBackfill: createResolveBackfill(deps),
    deliverSegment: createDeliverSegment(deps),
    verifyInDevo: createVerifyInDevo(deps),
  };
}
