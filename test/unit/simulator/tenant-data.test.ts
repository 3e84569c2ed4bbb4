import { afterEach, describe, expect, it } from 'vitest';
import { startTenant } from '../../../simulator/tenant.js';
import type { Tenant } from '../../../simulator/tenant.js';
import type { TenantOptions } from '../../../simulator/tenant-options.js';
import { call, page } from './call-tenant.js';

const START_MS = 1_760_000_000_000;
const INCIDENTS = 'v1/incidents/get_incidents';
const ALERTS = 'v1/alerts/get_alerts_multi_events';
type Row = Readonly<Record<string, unknown>>;

let nowMs = START_MS;
const tenants: Tenant[] = [];
async function start(options: TenantOptions): Promise<Tenant> {
  nowMs = START_MS;
  const behaviour = { requestsPerSecond: 0, extraDataPerMinute: 0, ...options.behaviour };
  const tenant = await startTenant({ now: () => nowMs, ...options, behaviour });
  tenants.push(tenant);
  return tenant;
}
afterEach(async () => {
  for (const tenant of tenants.splice(0)) await tenant.stop();
});

async function incidentIds(tenant: Tenant, from = 0, fromMs = 1): Promise<string[]> {
  const { reply } = await call(
    tenant.url,
    INCIDENTS,
    page('modification_time', fromMs, nowMs, from),
  );
  return (reply.incidents as Row[]).map((row) => String(row.incident_id));
}

const at = (count: number, atMs: number): NonNullable<TenantOptions['history']> => ({
  incidents: { count: 0, fromMs: atMs, toMs: atMs, bursts: [{ count, atMs }] },
});

describe('lists of a tenant', () => {
  it('include both ends of a range', async () => {
    const tenant = await start({ history: at(3, START_MS - 10) });
    const totalOf = async (fromMs: number, toMs: number): Promise<unknown> =>
      (await call(tenant.url, INCIDENTS, page('modification_time', fromMs, toMs))).reply
        .total_count;
    expect(await totalOf(START_MS - 10, START_MS - 10)).toBe(3);
    expect(await totalOf(START_MS - 20, START_MS - 11)).toBe(0);
    expect(await totalOf(START_MS - 9, START_MS)).toBe(0);
  });

  it('state at most 9,999 and return nothing from offset 10,000 on', async () => {
    const tenant = await start({ history: at(10_050, START_MS - 10) });
    const { reply } = await call(tenant.url, INCIDENTS, page('modification_time', 1, START_MS));
    expect(reply.total_count).toBe(9_999);
    expect(await incidentIds(tenant, 9_950)).toHaveLength(50);
    expect(await incidentIds(tenant, 10_000)).toEqual([]);
    tenant.setBehaviour({ offsetCap: 0 });
    expect(await incidentIds(tenant, 10_000)).toHaveLength(50);
  });

  it('keep ties in one order that is not that of the ids', async () => {
    const tenant = await start({ history: at(250, START_MS - 10) });
    const read = async (): Promise<string[]> =>
      (await Promise.all([0, 100, 200].map((from) => incidentIds(tenant, from)))).flat();
    const first = await read();
    expect(await read()).toEqual(first);
    expect(new Set(first).size).toBe(250);
    expect(first).not.toEqual([...first].sort());
  });

  it('start with the newest where no sort is given', async () => {
    const tenant = await start({
      history: { incidents: { count: 50, fromMs: START_MS - 5000, toMs: START_MS - 1 } },
    });
    const { reply } = await call(tenant.url, INCIDENTS, {});
    const times = (reply.incidents as Row[]).map((row) => Number(row.modification_time));
    expect(times).toEqual([...times].sort((left, right) => right - left));
  });

  it('compare the fractions of agent reports with whole milliseconds', async () => {
    const tenant = await start({
      history: { agent_audits: { count: 200, fromMs: START_MS - 1000, toMs: START_MS - 900 } },
    });
    const path = 'v1/audits/agents_reports';
    const { reply } = await call(
      tenant.url,
      path,
      page('timestamp', START_MS - 1000, START_MS - 950),
    );
    const times = (reply.data as Row[]).map((row) => Number(row.TIMESTAMP));
    expect(times.some((time) => !Number.isInteger(time))).toBe(true);
    expect(Math.max(...times)).toBeLessThanOrEqual(START_MS - 950);
  });
});

describe('incidents of a tenant', () => {
  it('move to the time of their modification, and only the last version is owed', async () => {
    const tenant = await start({ history: at(1, START_MS - 10) });
    nowMs += 1000;
    expect(tenant.modify(1)).toBe(1);
    const { reply } = await call(tenant.url, INCIDENTS, page('modification_time', 1, nowMs));
    expect((reply.incidents as Row[]).map((row) => row.modification_time)).toEqual([nowMs]);
    expect(tenant.owed('incidents')).toEqual([`1000@${nowMs}`]);
  });

  it('leave a window while its pages are read', async () => {
    const tenant = await start({
      history: at(200, START_MS - 10),
      behaviour: { modifyWhileRead: 0.2 },
    });
    nowMs += 60_000;
    const window = page('modification_time', 1, START_MS);
    const first = await call(tenant.url, INCIDENTS, window);
    const second = await call(tenant.url, INCIDENTS, window);
    expect([first.reply.total_count, second.reply.total_count]).toEqual([200, 180]);
    expect(tenant.stats().modifications).toBe(40);
  });

  it('are modified and made over time at the rates of production', async () => {
    const tenant = await start({ production: { incidents: 2, modifications: 1, speed: 10 } });
    nowMs += 10_000;
    const { modifications } = tenant.stats();
    const { reply } = await call(tenant.url, INCIDENTS, page('modification_time', 1, nowMs));
    expect(Number(reply.total_count)).toBeGreaterThan(150);
    expect(modifications).toBeGreaterThan(50);
    tenant.produce({});
    const before = tenant.owed('incidents').length;
    nowMs += 10_000;
    expect(tenant.owed('incidents')).toHaveLength(before);
  });

  it('show their alerts one by one, in a batch up to 50, and as a bare list', async () => {
    const tenant = await start({
      history: at(4, START_MS - 10),
      oversize: { share: 1, alerts: 60 },
    });
    const single = await call(tenant.url, 'v1/incidents/get_incident_extra_data', {
      incident_id: '1000',
      alerts_limit: 1000,
    });
    expect((single.reply.alerts as { data: Row[] }).data).toHaveLength(60);
    const batch = {
      filters: [{ field: 'incident_id_list', operator: 'in', value: ['1001', '1003', '77'] }],
      search_to: 100,
      sort: { field: 'creation_time', keyword: 'asc' },
      fields_to_exclude: ['network_artifacts'],
      drop_nulls: true,
    };
    const path = 'v1/incidents/get_multiple_incidents_extra_data';
    const { reply } = await call(tenant.url, path, batch);
    expect(reply.alerts_limit_per_incident).toBe(50);
    const incidents = reply.incidents as Record<string, { data: Row[]; incident_id: string }>[];
    expect(incidents.map((entry) => entry.incident?.incident_id)).toEqual(['1001', '1003']);
    expect(incidents[0]?.alerts?.data).toHaveLength(50);
    expect(incidents[0]).not.toHaveProperty('network_artifacts');
    expect(JSON.stringify(incidents)).not.toContain(':null');
    expect(JSON.stringify(incidents)).toContain('[null,');
    tenant.setBehaviour({ batchReply: 'list' });
    expect((await call(tenant.url, path, batch)).reply).toHaveLength(2);
    tenant.setBehaviour({ batchReply: 'missing' });
    expect((await call(tenant.url, path, batch)).status).toBe(404);
    expect(tenant.owed('incident_alerts')).toHaveLength(240);
  });
});

describe('alerts of a tenant', () => {
  it('show late in the share that is to be late, with a server time in the past', async () => {
    const tenant = await start({
      history: { alerts: { count: 400, fromMs: START_MS - 1000, toMs: START_MS - 1 } },
      late: { share: 0.25, maxMs: 240_000 },
    });
    const window = page('server_creation_time', START_MS - 1000, START_MS - 1);
    const before = Number((await call(tenant.url, ALERTS, window)).reply.total_count);
    expect(before).toBeGreaterThan(250);
    expect(before).toBeLessThan(350);
    expect(tenant.stats().hidden).toBe(400 - before);
    nowMs += 240_000;
    expect((await call(tenant.url, ALERTS, window)).reply.total_count).toBe(400);
    expect(tenant.owed('alerts')).toHaveLength(400);
  });

  it('hold events, and as many as are owed', async () => {
    const tenant = await start({
      history: { alerts: { count: 100, fromMs: START_MS - 1000, toMs: START_MS - 1 } },
      eventsPerAlert: { least: 0, most: 3 },
    });
    const { reply } = await call(tenant.url, ALERTS, page('server_creation_time', 1, START_MS));
    const alerts = reply.alerts as { events: Row[]; alert_id: string }[];
    const counts = alerts.map((alert) => alert.events.length);
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([0, 3]);
    const numbered = alerts.flatMap((alert) =>
      alert.events.map((_event, position) => `${alert.alert_id}#${position + 1}`),
    );
    expect(new Set(tenant.owed('alert_events'))).toEqual(new Set(numbered));
  });
});
