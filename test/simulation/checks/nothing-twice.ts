import type { Cluster } from '../cluster.js';
import { timeText } from '../trace.js';
import type { Sending } from '../world/ledger.js';
import type { Check } from './check.js';

const NAMED = 3;

/**
 * What arrived, and whose workflow was told so, does not arrive again from there: unless somebody asked for it, by
 * a reset, or the window was fetched again because its segment was lost.
 */
export function nothingTwice(): Check {
  return {
    property: 'nothing is sent twice but what was in flight',
    atEnd: (cluster) => {
      const settled = new Map<string, Sending[]>();
      for (const sending of cluster.ledger.sendings) {
        if (sending.state !== 'settled') continue;
        for (const name of sending.names) {
          const key = `${name} to ${sending.output} by ${sending.workflowId}`;
          settled.set(key, [...(settled.get(key) ?? []), sending]);
        }
      }
      const twice = [...settled].filter(
        ([key, times]) =>
          times.length > allowed(cluster, key) &&
          !times.some((sending) =>
            cluster.fetches.isAgain(sending.workflowId, sending.segment.name),
          ),
      );
      if (twice.length === 0) return [];
      const named = twice
        .slice(0, NAMED)
        .map(([key, times]) => `${key}: ${times.map(wordsOf).join(', ')}`);
      return [`${twice.length} events: ${named.join('; ')}`];
    },
  };
}

function wordsOf({ segment, atMs }: Sending): string {
  return `with ${segment.name} at ${timeText(atMs)}`;
}

function allowed(cluster: Cluster, key: string): number {
  const workflowId = key.split(' by ').at(-1) ?? '';
  if (workflowId.endsWith('incident_alerts') && forgets(cluster)) return Infinity;
  return 1 + cluster.repeats(workflowId);
}

/** Alerts of an incident that was forgotten come again with its next modification. */
function forgets({ tenant, scenario }: Cluster): boolean {
  const { rememberedIncidents, rememberedAlerts } = scenario.limits;
  return tenant.incidentIds.length > rememberedIncidents || tenant.alertCount > rememberedAlerts;
}
