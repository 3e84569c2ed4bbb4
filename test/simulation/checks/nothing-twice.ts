import type { Cluster } from '../cluster.js';
import type { Check } from './check.js';

const NAMED = 3;

/**
 * What arrived, and whose workflow was told so, does not arrive again from there: unless somebody asked for it, by
 * a reset.
 */
export function nothingTwice(): Check {
  return {
    property: 'nothing is sent twice but what was in flight',
    atEnd: (cluster) => {
      const counts = new Map<string, number>();
      for (const { workflowId, output, names, state } of cluster.ledger.sendings) {
        if (state !== 'settled') continue;
        for (const name of names) {
          const key = `${name} to ${output} by ${workflowId}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      }
      const twice = [...counts].filter(([key, count]) => count > allowed(cluster, key));
      if (twice.length === 0) return [];
      const named = twice.slice(0, NAMED).map(([key, count]) => `${key}: ${count} times`);
      return [`${twice.length} events: ${named.join('; ')}`];
    },
  };
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
