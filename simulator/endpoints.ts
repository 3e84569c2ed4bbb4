import { ApiFault, parameterFault } from './tenant-reply.js';
import { parseListRequest, listRows } from './list-call.js';
import type { ListRequest, ListRules, ListedRows, ListSource } from './list-call.js';
import { renderAlertWithColumns, renderAlertWithEvents, renderFlatAlert } from './render-alert.js';
import { renderAgentReport, renderManagementAudit } from './render-audit.js';
import { renderExtraData } from './render-extra-data.js';
import { renderIncident } from './render-incident.js';
import type { Behaviour, EndpointName } from './tenant-options.js';
import type { Population } from './population.js';
import type { World } from './world.js';

/** Largest `total_count` the API states. */
const MOST_TOTAL = 9_999;
/** Most alerts of an incident in the batch call. */
const ALERTS_PER_INCIDENT_IN_BATCH = 50;
/** What the API takes for `alerts_limit` when a request has none. */
const DEFAULT_ALERTS_LIMIT = 1000;

type Endpoint = (data: Record<string, unknown>, behaviour: Behaviour) => string;

/** Paths under `/public_api/`. */
export const ENDPOINT_PATHS: Readonly<Record<EndpointName, string>> = {
  get_incidents: 'v1/incidents/get_incidents',
  get_incident_extra_data: 'v1/incidents/get_incident_extra_data',
  get_multiple_incidents_extra_data: 'v1/incidents/get_multiple_incidents_extra_data',
  alerts_v1: 'v1/alerts/get_alerts_multi_events',
  alerts_v2: 'v2/alerts/get_alerts_multi_events',
  get_alerts: 'v1/alerts/get_alerts',
  management_logs: 'v1/audits/management_logs',
  agents_reports: 'v1/audits/agents_reports',
};

/** The calls of a tenant; each throws `ApiFault` where the API answers with an error. */
export function createEndpoints(world: World): Readonly<Record<EndpointName, Endpoint>> {
  const { seed, incidents, alerts, audit_managements: audits, agent_audits: reports } = world;
  const incidentSource: ListSource = {
    records: incidents,
    orderBy: (field) => (field === 'modification_time' ? incidents.visible : undefined),
    timeOf: (field, index) =>
      field === 'modification_time'
        ? incidents.timeOf(index)
        : (incidents.times[index] ?? Number.NaN),
  };
  const alertSource: ListSource = {
    records: alerts,
    orderBy: (field) => (field === 'creation_time' ? alerts.byDetection : alerts.visible),
    timeOf: (field, index) =>
      field === 'creation_time' ? alerts.detectionMs(index) : alerts.timeOf(index),
  };
  const sourceOf = (records: Population): ListSource => ({
    records,
    orderBy: () => records.visible,
    timeOf: (_field, index) => records.timeOf(index),
  });
  const alertRules = (...timeFields: string[]): ListRules => ({
    timeFields,
    idList: { field: 'alert_id_list', type: 'integer' },
  });
  const incidentRules: ListRules = {
    timeFields: ['modification_time', 'creation_time'],
    idList: { field: 'incident_id_list', type: 'string' },
  };
  const auditRules: ListRules = { timeFields: ['timestamp'] };

  return {
    get_incidents: (data, behaviour) => {
      const request = parseListRequest(data, incidentRules);
      const rows = listRows(incidentSource, request, behaviour.offsetCap);
      const reply = listReply('incidents', rows, (index) => renderIncident(incidents.view(index)));
      disturb(world, request, rows, behaviour.modifyWhileRead);
      return reply;
    },
    get_incident_extra_data: (data) => {
      const { incident_id: id, alerts_limit: limit = DEFAULT_ALERTS_LIMIT } = data;
      if (typeof id !== 'string') throw parameterFault('incident_id must be a string');
      if (!Number.isInteger(limit) || Number(limit) < 1) {
        throw parameterFault('alerts_limit must be an integer');
      }
      const index = incidents.indexOf(id);
      if (index === undefined) throw parameterFault(`incident ${id} was not found`);
      const view = incidents.view(index);
      const body = renderExtraData(view, {
        alertsLimit: Number(limit),
        dropNulls: data.drop_nulls === true,
        exclude: [],
      });
      return `{"reply":${body}}`;
    },
    get_multiple_incidents_extra_data: (data, behaviour) => {
      if (behaviour.batchReply === 'missing') throw new ApiFault(404, 'Not Found');
      const request = parseListRequest(data, incidentRules);
      const rows = listRows(incidentSource, request, behaviour.offsetCap);
      const options = {
        alertsLimit: ALERTS_PER_INCIDENT_IN_BATCH,
        dropNulls: data.drop_nulls === true,
        exclude: textList(data.fields_to_exclude),
      };
      const items = rows.indexes.map((index) => renderExtraData(incidents.view(index), options));
      if (behaviour.batchReply === 'list') {
        return `{"reply":[${items.join(',')}]}`;
      }
      const limit = `"alerts_limit_per_incident":${ALERTS_PER_INCIDENT_IN_BATCH}`;
      return `{"reply":{${counts(rows)},${limit},"incidents":[${items.join(',')}]}}`;
    },
    alerts_v1: (data, behaviour) => {
      const fields = behaviour.refuseServerCreationTime
        ? ['creation_time']
        : ['server_creation_time', 'creation_time'];
      return list(alertSource, data, alertRules(...fields), behaviour, 'alerts', (index) =>
        renderAlertWithEvents(alerts.view(index)),
      );
    },
    alerts_v2: (data, behaviour) => {
      const rules = alertRules('server_creation_time', 'creation_time');
      return list(alertSource, data, rules, behaviour, 'alerts', (index) =>
        renderAlertWithColumns(alerts.view(index)),
      );
    },
    get_alerts: (data, behaviour) =>
      list(alertSource, data, alertRules('creation_time'), behaviour, 'alerts', (index) =>
        renderFlatAlert(alerts.view(index)),
      ),
    management_logs: (data, behaviour) =>
      list(sourceOf(audits), data, auditRules, behaviour, 'data', (index) =>
        renderManagementAudit(seed, index, audits.idOf(index), audits.timeOf(index)),
      ),
    agents_reports: (data, behaviour) =>
      list(sourceOf(reports), data, auditRules, behaviour, 'data', (index) =>
        renderAgentReport(seed, index, reports.timeOf(index)),
      ),
  };
}

function list(
  source: ListSource,
  data: Record<string, unknown>,
  rules: ListRules,
  behaviour: Behaviour,
  name: string,
  render: (index: number) => string,
): string {
  const request = parseListRequest(data, rules);
  return listReply(name, listRows(source, request, behaviour.offsetCap), render);
}

function listReply(name: string, rows: ListedRows, render: (index: number) => string): string {
  const items = rows.indexes.map(render);
  return `{"reply":{${counts(rows)},"${name}":[${items.join(',')}]}}`;
}

function counts(rows: ListedRows): string {
  const total = Math.min(rows.total, MOST_TOTAL);
  return `"total_count":${total},"result_count":${rows.indexes.length}`;
}

/** Modifies incidents of the window that a page was just read from: its rows leave while it is read. */
function disturb(world: World, request: ListRequest, rows: ListedRows, share: number): void {
  if (share === 0 || rows.span === undefined || request.timeField !== 'modification_time') return;
  const count = Math.ceil(rows.indexes.length * share);
  world.modifyIncidents(count, rows.span.from, rows.span.to, world.advance());
}

function textList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
