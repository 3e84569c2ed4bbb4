import { ApiFault, parameterFault } from './api-fault.js';
import { parseListRequest } from './list-request.js';
import type { ListRequest, ListRules } from './list-request.js';
import { listRows } from './list-rows.js';
import type { ListedRows, ListSource } from './list-rows.js';
import { renderAlertWithColumns, renderAlertWithEvents, renderFlatAlert } from './render-alert.js';
import { renderAgentReport, renderManagementAudit } from './render-audit.js';
import { renderExtraData } from './render-extra-data.js';
import { renderIncident } from './render-incident.js';
import type { Behaviour, EndpointName } from './tenant-options.js';
import type { World } from './world.js';

/** Largest `total_count` the API states. */
const MOST_TOTAL = 9_999;
/** What the API takes for `alerts_limit` when a request has none. */
const DEFAULT_ALERTS_LIMIT = 1000;

/** A reply of HTTP 200. */
export interface EndpointReply {
  readonly body: string;
  readonly rows: number;
}

type Endpoint = (data: Record<string, unknown>, behaviour: Behaviour) => EndpointReply;

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
  const incidents = incidentSource(world);
  const alerts = alertSource(world);
  const audits = plainSource(world, 'audit_managements');
  const reports = plainSource(world, 'agent_audits');
  const alertRules = (behaviour: Behaviour, ...timeFields: string[]): ListRules => ({
    timeFields,
    idList: { field: 'alert_id_list', type: 'integer' },
    strictSort: behaviour.strictSort,
  });
  const incidentRules = ({ strictSort }: Behaviour): ListRules => ({
    timeFields: ['modification_time', 'creation_time'],
    idList: { field: 'incident_id_list', type: 'string' },
    strictSort,
  });
  const auditRules = ({ strictSort }: Behaviour): ListRules => ({
    timeFields: ['timestamp'],
    strictSort,
  });

  return {
    get_incidents: (data, behaviour) => {
      const request = parseListRequest(data, incidentRules(behaviour));
      const rows = listRows(incidents, request, behaviour.offsetCap);
      const reply = listReply('incidents', rows, behaviour, (index) =>
        renderIncident(world.incidents.view(index)),
      );
      disturb(world, request, rows, behaviour.modifyWhileRead);
      return reply;
    },
    get_incident_extra_data: (data) => {
      const { incident_id: id, alerts_limit: limit = DEFAULT_ALERTS_LIMIT } = data;
      if (typeof id !== 'string') throw parameterFault('incident_id must be a string');
      if (!Number.isInteger(limit) || Number(limit) < 1) {
        throw parameterFault('alerts_limit must be an integer');
      }
      const index = world.incidents.indexOf(id);
      if (index === undefined) throw parameterFault(`incident ${id} was not found`);
      const view = world.incidents.view(index);
      const body = renderExtraData(view, {
        alertsLimit: Number(limit),
        dropNulls: data.drop_nulls === true,
        exclude: [],
      });
      return { body: `{"reply":${body}}`, rows: Math.min(view.alertCount, Number(limit)) };
    },
    get_multiple_incidents_extra_data: (data, behaviour) => {
      if (behaviour.batchReply === 'missing') throw new ApiFault(404, 'Not Found');
      const request = parseListRequest(data, incidentRules(behaviour));
      const rows = listRows(incidents, request, behaviour.offsetCap);
      const options = {
        alertsLimit: behaviour.alertsPerIncidentInBatch,
        dropNulls: data.drop_nulls === true,
        exclude: textList(data.fields_to_exclude),
      };
      const items = rows.indexes.map((index) =>
        renderExtraData(world.incidents.view(index), options),
      );
      if (behaviour.batchReply === 'list') {
        return { body: `{"reply":[${items.join(',')}]}`, rows: items.length };
      }
      const limit = `"alerts_limit_per_incident":${behaviour.alertsPerIncidentInBatch}`;
      return {
        body: `{"reply":{${counts(rows, behaviour)},${limit},"incidents":[${items.join(',')}]}}`,
        rows: items.length,
      };
    },
    alerts_v1: (data, behaviour) => {
      const fields = behaviour.refuseServerCreationTime
        ? ['creation_time']
        : ['server_creation_time', 'creation_time'];
      return list(alerts, data, alertRules(behaviour, ...fields), behaviour, 'alerts', (index) =>
        renderAlertWithEvents(world.alerts.view(index)),
      );
    },
    alerts_v2: (data, behaviour) => {
      const rules = alertRules(behaviour, 'server_creation_time', 'creation_time');
      return list(alerts, data, rules, behaviour, 'alerts', (index) =>
        renderAlertWithColumns(world.alerts.view(index)),
      );
    },
    get_alerts: (data, behaviour) =>
      list(alerts, data, alertRules(behaviour, 'creation_time'), behaviour, 'alerts', (index) =>
        renderFlatAlert(world.alerts.view(index)),
      ),
    management_logs: (data, behaviour) =>
      list(audits, data, auditRules(behaviour), behaviour, 'data', (index) =>
        renderManagementAudit(
          world.seed,
          index,
          world.idOf(index),
          audits.timeOf('timestamp', index),
        ),
      ),
    agents_reports: (data, behaviour) =>
      list(reports, data, auditRules(behaviour), behaviour, 'data', (index) =>
        renderAgentReport(world.seed, index, reports.timeOf('timestamp', index)),
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
): EndpointReply {
  const request = parseListRequest(data, rules);
  return listReply(name, listRows(source, request, behaviour.offsetCap), behaviour, render);
}

function listReply(
  name: string,
  rows: ListedRows,
  behaviour: Behaviour,
  render: (index: number) => string,
): EndpointReply {
  const items = rows.indexes.map(render);
  return {
    body: `{"reply":{${counts(rows, behaviour)},"${name}":[${items.join(',')}]}}`,
    rows: items.length,
  };
}

function counts(rows: ListedRows, behaviour: Behaviour): string {
  if (behaviour.nullCounts) return '"total_count":null,"result_count":null';
  const total = Math.min(rows.total, MOST_TOTAL);
  return `"total_count":${total},"result_count":${rows.indexes.length}`;
}

/** Modifies incidents of the window that a page was just read from: its rows leave while it is read. */
function disturb(world: World, request: ListRequest, rows: ListedRows, share: number): void {
  if (share === 0 || rows.span === undefined || request.timeField !== 'modification_time') return;
  const count = Math.ceil(rows.indexes.length * share);
  world.modifyIncidents(count, rows.span.from, rows.span.to, world.advance());
}

function incidentSource(world: World): ListSource {
  const { incidents } = world;
  return {
    visible: incidents.population.visible,
    orderBy: (field) => (field === 'modification_time' ? incidents.population.visible : undefined),
    timeOf: (field, index) =>
      field === 'modification_time'
        ? incidents.modificationMs(index)
        : (incidents.population.times[index] ?? Number.NaN),
    indexOf: (id) => incidents.indexOf(id),
  };
}

function alertSource(world: World): ListSource {
  const { alerts } = world;
  return {
    visible: alerts.population.visible,
    orderBy: (field) =>
      field === 'creation_time' ? alerts.byDetection : alerts.population.visible,
    timeOf: (field, index) =>
      field === 'creation_time' ? alerts.detectionMs(index) : alerts.insertMs(index),
    indexOf: (id) => alerts.indexOf(id),
  };
}

function plainSource(world: World, kind: 'audit_managements' | 'agent_audits'): ListSource {
  const population = world.population(kind);
  return {
    visible: population.visible,
    orderBy: () => population.visible,
    timeOf: (_field, index) => population.times[index] ?? Number.NaN,
    indexOf: () => undefined,
  };
}

function textList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
