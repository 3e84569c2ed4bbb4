import type { Cluster } from '../cluster.js';
import { NO_TROUBLE } from '../world/api.js';
import type { ApiTrouble } from '../world/api.js';
import type { TenantBehaviour } from '../world/tenant.js';
import { clock } from '../time/clock.js';
import { change } from './fault.js';
import type { Fault } from './fault.js';

/** What the API does, and what happens on the way to it. */
export const TENANT_FAULTS: readonly Fault[] = [
  trouble('API down', 'down', () => true),
  trouble('API key refused', 'unauthorized', () => true),
  trouble('API slow', 'latencyMs', (share) => 1_000 + share * 20_000),
  trouble('API resets connections', 'reset', (share) => share * 0.5),
  trouble('API answers 500', 'serverError', (share) => share * 0.5),
  trouble('API answers 429', 'tooMany', (share) => share * 0.5),
  trouble('API replies cut', 'truncated', (share) => share * 0.5),
  trouble('API errors under 200', 'errorIn200', (share) => share * 0.5),
  behaviour('incidents move while they are read', 'moving', (share) => share),
  {
    kind: 'window refused',
    strike: ({ tenant, scenario }, random) => {
      const { fromMs } = scenario.population;
      const atMs = random.between(fromMs, clock.nowMs);
      const refused = { fromMs: atMs, toMs: atMs + random.below((clock.nowMs - fromMs) / 4) };
      return change(tenant.behaviour, 'refused', refused, undefined);
    },
  },
  {
    kind: 'incident poisoned',
    fits: hasIncidents,
    strike: ({ tenant }, random) => {
      const id = tenant.incidentIds[random.below(tenant.incidentIds.length)];
      if (id === undefined) return undefined;
      tenant.behaviour.poisoned.add(id);
      return () => {
        tenant.behaviour.poisoned.delete(id);
      };
    },
  },
  behaviour('ties in changing order', 'shuffledTies', () => true),
];

function hasIncidents({ scenario }: Cluster): boolean {
  return scenario.config.streams.includes('incidents');
}

function trouble<Key extends keyof ApiTrouble>(
  kind: string,
  key: Key,
  value: (share: number) => ApiTrouble[Key],
): Fault {
  return {
    kind,
    strike: ({ api }, random) => change(api.trouble, key, value(random.next()), NO_TROUBLE[key]),
  };
}

function behaviour<Key extends keyof TenantBehaviour>(
  kind: string,
  key: Key,
  value: (share: number) => TenantBehaviour[Key],
): Fault {
  return {
    kind,
    strike: ({ tenant, scenario }, random) =>
      change(tenant.behaviour, key, value(random.next()), scenario.behaviour[key]),
  };
}
