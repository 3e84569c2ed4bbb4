import type { StreamName } from '../../../src/pull/settings.js';
import type { Random } from '../random.js';
import type { IncidentAlert, IncidentVersion, ModelIncident, ModelRecord } from './records.js';

/** How many records of what kind a world has, and when. Times are epoch ms. */
export interface PopulationDraw {
  readonly streams: readonly StreamName[];
  readonly fromMs: number;
  readonly toMs: number;
  /** Records per stream. */
  readonly records: number;
  /** Share of records that are one crowd in one millisecond. */
  readonly crowd: number;
  /** Share of records that show late, and at most by how much. */
  readonly late: { readonly share: number; readonly mostMs: number };
  readonly malformed: number;
  /** What the tenant's clock shows beside the true time, ms; its records' times are its own. */
  readonly skewMs: number;
}

export interface Population {
  readonly records: readonly ModelRecord[];
  readonly incidents: readonly ModelIncident[];
}

/** Makes the records of all streams, past and to come. */
export function populate(draw: PopulationDraw, random: Random): Population {
  let lastId = 1_000;
  const id = () => (lastId += 1);
  const records = draw.streams
    .filter((stream) => stream !== 'incidents' && stream !== 'incident_alerts')
    .flatMap((stream) => times(draw, random).map((timeMs) => record(stream, id(), timeMs)));
  const wantsIncidents =
    draw.streams.includes('incidents') || draw.streams.includes('incident_alerts');
  const incidents = wantsIncidents
    ? times(draw, random).map((timeMs) => incident(id(), timeMs))
    : [];
  return { records, incidents };

  function record(stream: ModelRecord['stream'], itsId: number, atMs: number): ModelRecord {
    const timeMs = stream === 'agent_audits' ? atMs + random.below(1_000) / 1_000 : atMs;
    const lateMs = late();
    const detectedMs =
      stream === 'all_alerts' ? timeMs - random.below(lateMs + 1) : timeMs - random.below(400);
    return {
      stream,
      id: itsId,
      timeMs,
      detectedMs,
      visibleMs: (stream === 'all_alerts' ? detectedMs : timeMs) + lateMs + 1 - draw.skewMs,
      events: random.below(3),
      malformed: random.chance(draw.malformed),
    };
  }

  function late(): number {
    return random.chance(draw.late.share) ? random.below(draw.late.mostMs) : 0;
  }

  function incident(itsId: number, createdMs: number): ModelIncident {
    const versions: IncidentVersion[] = [];
    const alerts: IncidentAlert[] = [];
    const count = random.chance(0.5) ? 1 : random.between(1, 4);
    let modifiedMs = createdMs;
    for (let number = 0; number < count; number += 1) {
      const shownMs = modifiedMs + late() - draw.skewMs;
      const visibleMs = Math.max(shownMs, versions.at(-1)?.visibleMs ?? shownMs);
      versions.push({ modifiedMs, visibleMs });
      for (let more = random.below(4); more > 0; more -= 1) {
        alerts.push({ id: id(), insertedMs: modifiedMs, visibleMs, countedMs: visibleMs });
      }
      modifiedMs += 1 + random.below((draw.toMs - modifiedMs) / 3);
      if (modifiedMs > draw.toMs) break;
    }
    return { id: itsId, versions, alerts };
  }
}

/** Times of the records of one stream, some of them crowded into one millisecond. */
function times({ fromMs, toMs, records, crowd }: PopulationDraw, random: Random): number[] {
  const crowdMs = random.between(fromMs, toMs);
  return Array.from({ length: records }, () =>
    random.chance(crowd) ? crowdMs : random.between(fromMs, toMs),
  );
}
