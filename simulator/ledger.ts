import type { Book } from './books.js';
import { agentReportIdentity } from './render-audit.js';
import { artifactKeys, incidentAlertId } from './render-extra-data.js';
import type { Timeline } from './timeline.js';
import type { World } from './world.js';

/** A record that the tenant has shown. */
export interface ProducedRecord {
  readonly identity: string;
  /** False where it is no loss if the record did not arrive, though it may. */
  readonly owed: boolean;
}

export interface OwedOptions {
  /** Only records of this range of time are owed; both ends belong to it. Default: all. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** A superseded version of an incident is owed if it was visible this long; default: never. */
  readonly minAliveMs?: number;
  /** Alerts of an incident with more alerts than this are not owed; default 1000. */
  readonly alertsLimit?: number;
}

/** All that the tenant ever showed of one book, made one at a time: a million records cost no memory. */
export function* produced(
  world: World,
  book: Book,
  options: OwedOptions = {},
): Generator<ProducedRecord, void, undefined> {
  const { fromMs = 0, toMs = Infinity, minAliveMs = Infinity, alertsLimit = 1000 } = options;
  const inRange = (timeMs: number): boolean => timeMs >= fromMs && timeMs <= toMs;
  const { incidents, alerts } = world;
  switch (book) {
    case 'incidents':
      for (const version of incidents.superseded) {
        const { index, modificationMs, visibleFromMs, goneAtMs } = version;
        const owed = inRange(modificationMs) && goneAtMs - visibleFromMs >= minAliveMs;
        yield { identity: `${incidents.idOf(index)}@${modificationMs}`, owed };
      }
      for (const index of indexes(incidents.population.visible)) {
        const modificationMs = incidents.modificationMs(index);
        yield {
          identity: `${incidents.idOf(index)}@${modificationMs}`,
          owed: inRange(modificationMs),
        };
      }
      return;
    case 'incident_alerts':
      for (const index of indexes(incidents.population.visible)) {
        const count = incidents.alertCount(index);
        const owed = inRange(incidents.modificationMs(index)) && count <= alertsLimit;
        const id = incidents.idOf(index);
        for (let position = 0; position < count; position++) {
          yield { identity: `${id}/${incidentAlertId(id, position)}`, owed };
        }
      }
      return;
    case 'incident_artifacts':
      for (const index of indexes(incidents.population.visible)) {
        const owed = inRange(incidents.modificationMs(index));
        for (const key of artifactKeys(incidents.view(index))) {
          yield { identity: `${incidents.idOf(index)}/${key}`, owed };
        }
      }
      return;
    case 'alerts':
      for (const index of indexes(alerts.population.visible)) {
        yield { identity: alerts.idOf(index), owed: inRange(alerts.insertMs(index)) };
      }
      return;
    case 'alert_events':
      for (const index of indexes(alerts.population.visible)) {
        const owed = inRange(alerts.insertMs(index));
        for (let number = 1; number <= alerts.eventCount(index); number++) {
          yield { identity: `${alerts.idOf(index)}#${number}`, owed };
        }
      }
      return;
    case 'all_alerts':
      for (const index of indexes(alerts.byDetection)) {
        yield { identity: alerts.idOf(index), owed: inRange(alerts.detectionMs(index)) };
      }
      return;
    case 'audit_managements':
      for (const index of indexes(world.audits.visible)) {
        yield { identity: world.idOf(index), owed: inRange(world.audits.times[index] ?? 0) };
      }
      return;
    case 'agent_audits':
      for (const index of indexes(world.reports.visible)) {
        const timeMs = world.reports.times[index] ?? 0;
        yield {
          identity: agentReportIdentity(world.seed, index, timeMs),
          owed: inRange(timeMs),
        };
      }
      return;
  }
}

/** Whether the tenant ever showed this record. Walks the book: meant for single questions. */
export function knows(world: World, book: Book, identity: string): boolean {
  for (const record of produced(world, book)) {
    if (record.identity === identity) return true;
  }
  return false;
}

function* indexes(timeline: Timeline): Generator<number, void, undefined> {
  for (let position = 0; position < timeline.size; position++) yield timeline.at(position);
}
