import { LIMITS } from '../../../src/pull/limits.js';
import type { StreamName } from '../../../src/pull/settings.js';
import { hashText } from '../random.js';
import type { Random } from '../random.js';
import { clock } from '../time/clock.js';
import { incidentAlertName, incidentName, namesOf, rowOf } from './records.js';
import type { ModelIncident, ModelRecord, Owed } from './records.js';

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** How the tenant answers; faults change it while it runs. */
export interface TenantBehaviour {
  /** Counts are null in lists. */
  nullCounts: boolean;
  /** Rows of the same time come in another order each time. */
  shuffledTies: boolean;
  /** `server_creation_time` is refused. */
  noServerTime: boolean;
  batchCall: 'object' | 'list' | 'missing';
  /** Most alerts of an incident in a batch. */
  batchAlerts: number;
  /** Offsets from here on hold nothing. */
  offsetCap: number;
  /** Each list of incidents moves one of its rows, that often. */
  moving: number;
  /** Windows that meet this one are refused; epoch ms. */
  refused: { readonly fromMs: number; readonly toMs: number } | undefined;
  /** Incidents whose extra data is refused. */
  readonly poisoned: Set<number>;
  /** What its clock shows beside the true time, ms. */
  skewMs: number;
}

interface Request {
  readonly filters: readonly { field: string; operator: string; value: unknown }[];
  readonly search_from: number;
  readonly search_to: number;
  readonly incident_id?: string;
  readonly alerts_limit?: number;
}

const LISTS = {
  'v1/alerts/get_alerts_multi_events': { stream: 'alerts', rows: 'alerts' },
  'v1/alerts/get_alerts': { stream: 'all_alerts', rows: 'alerts' },
  'v1/audits/management_logs': { stream: 'audit_managements', rows: 'data' },
  'v1/audits/agents_reports': { stream: 'agent_audits', rows: 'data' },
} as const;

/** A tenant of Cortex XDR with few and small records. */
export class Tenant {
  readonly behaviour: TenantBehaviour;
  readonly #records: readonly ModelRecord[];
  readonly #incidents: readonly ModelIncident[];
  readonly #random: Random;

  constructor(
    records: readonly ModelRecord[],
    incidents: readonly ModelIncident[],
    behaviour: TenantBehaviour,
    random: Random,
  ) {
    this.#records = records;
    this.#incidents = incidents;
    this.behaviour = behaviour;
    this.#random = random;
  }

  answer(path: string, request: Request): Answer {
    if (path === 'v1/incidents/get_incidents') return this.#incidentList(request);
    if (path === 'v1/incidents/get_incident_extra_data') return this.#single(request);
    if (path === 'v1/incidents/get_multiple_incidents_extra_data') return this.#batch(request);
    const list = LISTS[path as keyof typeof LISTS] as
      (typeof LISTS)[keyof typeof LISTS] | undefined;
    return list === undefined ? refusal(404, 'Not Found') : this.#list(list, request);
  }

  /** What has to arrive, whenever it was shown. */
  *owed(streams: ReadonlySet<StreamName>): Generator<Owed> {
    for (const record of this.#records) {
      if (!streams.has(record.stream)) continue;
      const timeMs = record.stream === 'all_alerts' ? record.detectedMs : record.timeMs;
      const { stream, visibleMs } = record;
      yield { stream, identities: namesOf(record), timeMs, visibleMs, firstMs: visibleMs };
    }
    for (const { id, versions, alerts } of this.#incidents) {
      const last = versions.at(-1);
      if (last === undefined) continue;
      const { modifiedMs: timeMs, visibleMs } = last;
      if (streams.has('incidents')) {
        const identities = [incidentName(id, timeMs)];
        yield { stream: 'incidents', identities, timeMs, visibleMs, firstMs: visibleMs };
      }
      if (streams.has('incident_alerts')) {
        for (const alert of alerts) {
          const identities = [incidentAlertName(id, alert.id)];
          const firstMs = alert.visibleMs;
          yield { stream: 'incident_alerts', identities, timeMs, visibleMs, firstMs };
        }
      }
    }
  }

  get incidentIds(): number[] {
    return this.#incidents.map(({ id }) => id);
  }

  get alertCount(): number {
    return this.#incidents.reduce((sum, { alerts }) => sum + alerts.length, 0);
  }

  get size(): number {
    return this.#records.length + this.#incidents.length;
  }

  #list({ stream, rows: rowsKey }: (typeof LISTS)[keyof typeof LISTS], request: Request): Answer {
    const field = request.filters[0]?.field ?? '';
    if (field === 'server_creation_time' && this.behaviour.noServerTime) {
      return refusal(500, `field ${field} is not a valid filter field`);
    }
    const timeOf = (record: ModelRecord) =>
      field === 'creation_time' ? record.detectedMs : record.timeMs;
    const found = this.#records.filter(
      (record) => record.stream === stream && record.visibleMs <= clock.nowMs,
    );
    return this.#page(request, rowsKey, found, timeOf, rowOf);
  }

  #incidentList(request: Request): Answer {
    const seen = this.#incidents.filter((incident) => versionOf(incident) !== undefined);
    const timeOf = (incident: ModelIncident) => versionOf(incident)?.modifiedMs ?? 0;
    const ids = idsOf(request);
    if (ids !== undefined) {
      const named = seen.filter(({ id }) => ids.includes(String(id)));
      return page('incidents', named.length, named.map(incidentRow));
    }
    const answer = this.#page(request, 'incidents', seen, timeOf, incidentRow);
    if (this.#random.chance(this.behaviour.moving)) this.#moveOne(request, seen);
    return answer;
  }

  /** Somebody touches an incident of the window while it is read. */
  #moveOne(request: Request, seen: readonly ModelIncident[]): void {
    const { fromMs, toMs } = rangeOf(request);
    const inside = seen.filter((incident) => {
      const modifiedMs = versionOf(incident)?.modifiedMs ?? 0;
      return modifiedMs >= fromMs && modifiedMs <= toMs && incident.versions.length < 5;
    });
    const incident = inside[this.#random.below(inside.length)];
    if (incident === undefined) return;
    const at = incident.versions.findIndex(({ visibleMs }) => visibleMs > clock.nowMs);
    const modifiedMs = clock.nowMs + this.behaviour.skewMs;
    const version = { modifiedMs, visibleMs: clock.nowMs };
    incident.versions.splice(at === -1 ? incident.versions.length : at, 0, version);
  }

  #page<Item extends { readonly id: number }>(
    request: Request,
    rowsKey: string,
    items: readonly Item[],
    timeOf: (item: Item) => number,
    render: (item: Item) => object,
  ): Answer {
    const { fromMs, toMs } = rangeOf(request);
    const { refused, offsetCap, nullCounts, shuffledTies } = this.behaviour;
    if (refused !== undefined && fromMs <= refused.toMs && toMs >= refused.fromMs) {
      return refusal(500, 'internal error');
    }
    const salt = shuffledTies ? this.#random.below(1_000_000) : 0;
    const order = (item: Item) => hashText(`${item.id}`, salt);
    const found = items
      .filter((item) => timeOf(item) >= fromMs && timeOf(item) <= toMs)
      .sort((a, b) => timeOf(a) - timeOf(b) || order(a) - order(b));
    const end = Math.min(request.search_to, offsetCap);
    const rows = found.slice(request.search_from, Math.max(request.search_from, end)).map(render);
    return page(rowsKey, nullCounts ? null : Math.min(found.length, LIMITS.saturatedAt), rows);
  }

  #single({ incident_id: id, alerts_limit: limit = 1_000 }: Request): Answer {
    const incident = this.#incidents.find((each) => String(each.id) === id);
    if (incident === undefined || versionOf(incident) === undefined) {
      return refusal(500, `incident_id param ${id ?? ''} was not found`);
    }
    if (this.behaviour.poisoned.has(incident.id)) return refusal(500, 'internal error');
    return { status: 200, body: JSON.stringify({ reply: extraData(incident, limit) }) };
  }

  #batch(request: Request): Answer {
    const { batchCall, batchAlerts, poisoned } = this.behaviour;
    if (batchCall === 'missing') return refusal(404, 'Not Found');
    const ids = idsOf(request) ?? [];
    const named = this.#incidents.filter(
      (incident) => ids.includes(String(incident.id)) && versionOf(incident) !== undefined,
    );
    if (named.some(({ id }) => poisoned.has(id))) return refusal(500, 'internal error');
    const entries = named.map((incident) => extraData(incident, batchAlerts));
    const reply =
      batchCall === 'list' ? entries : { total_count: entries.length, incidents: entries };
    return { status: 200, body: JSON.stringify({ reply }) };
  }
}

function versionOf({ versions }: ModelIncident) {
  return versions.findLast(({ visibleMs }) => visibleMs <= clock.nowMs);
}

function incidentRow(incident: ModelIncident): object {
  const counted = incident.alerts.filter(({ countedMs }) => countedMs <= clock.nowMs);
  return {
    incident_id: String(incident.id),
    modification_time: versionOf(incident)?.modifiedMs,
    alert_count: counted.length,
  };
}

function extraData(incident: ModelIncident, limit: number): object {
  const shown = incident.alerts.filter(({ visibleMs }) => visibleMs <= clock.nowMs);
  const data = shown.slice(0, limit).map(({ id, insertedMs }) => ({
    alert_id: String(id),
    local_insert_ts: insertedMs,
  }));
  return { incident: incidentRow(incident), alerts: { total_count: shown.length, data } };
}

function rangeOf({ filters }: Request): { fromMs: number; toMs: number } {
  const value = (operator: string) =>
    Number(filters.find((filter) => filter.operator === operator)?.value);
  return { fromMs: value('gte'), toMs: value('lte') };
}

function idsOf({ filters }: Request): readonly string[] | undefined {
  return filters.find(({ field }) => field === 'incident_id_list')?.value as string[] | undefined;
}

function page(rowsKey: string, total: number | null, rows: readonly object[]): Answer {
  const result = total === null ? null : rows.length;
  const reply = { total_count: total, result_count: result, [rowsKey]: rows };
  return { status: 200, body: JSON.stringify({ reply }) };
}

/** The API's error envelope. */
export function refusal(status: number, message: string): Answer {
  const reply = { err_code: status, err_msg: message, err_extra: null };
  return { status, body: JSON.stringify({ reply }) };
}
