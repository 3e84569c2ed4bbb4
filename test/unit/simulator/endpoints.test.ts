import { describe, expect, it } from 'vitest';
import { createEndpoints } from '../../../simulator/endpoints.js';
import { DEFAULT_BEHAVIOUR } from '../../../simulator/tenant-options.js';
import { World } from '../../../simulator/world.js';

const AT_MS = 1_760_000_000_000;
const history = { count: 50, fromMs: AT_MS + 1, toMs: AT_MS + 1000 };
const burst = { ...history, bursts: [{ count: 250, atMs: AT_MS }] };
const world = new World({
  now: () => AT_MS + 10_000,
  history: { incidents: burst, alerts: burst, audit_managements: history, agent_audits: history },
});
const endpoints = createEndpoints(world);

function request(field: string, from: number, to: number, offset = 0): Record<string, unknown> {
  return {
    filters: [
      { field, operator: 'gte', value: from },
      { field, operator: 'lte', value: to },
    ],
    search_from: offset,
    search_to: offset + 100,
    sort: { field, keyword: 'asc' },
  };
}

function reply(body: string): Record<string, unknown> {
  return (JSON.parse(body) as { reply: Record<string, unknown> }).reply;
}

describe('list calls of the tenant', () => {
  it('show every tie of one millisecond once over several pages', () => {
    const ids = [0, 100, 200].flatMap((offset) => {
      const data = request('modification_time', AT_MS, AT_MS, offset);
      const page = reply(endpoints.get_incidents(data, DEFAULT_BEHAVIOUR));
      return (page.incidents as { incident_id: string }[]).map((row) => row.incident_id);
    });
    expect(ids).toHaveLength(250);
    expect(new Set(ids).size).toBe(250);
  });

  it.each([
    ['alerts_v1', 'server_creation_time', 'alerts'],
    ['alerts_v2', 'server_creation_time', 'alerts'],
    ['get_alerts', 'creation_time', 'alerts'],
    ['management_logs', 'timestamp', 'data'],
    ['agents_reports', 'timestamp', 'data'],
  ] as const)('%s answers rows in valid JSON', (name, field, rows) => {
    const body = endpoints[name](request(field, AT_MS - 1000, AT_MS + 2000), DEFAULT_BEHAVIOUR);
    expect((reply(body)[rows] as unknown[]).length).toBeGreaterThan(40);
  });

  it('hold integers that a number cannot', () => {
    const data = request('server_creation_time', AT_MS, AT_MS);
    const body = endpoints.alerts_v1(data, DEFAULT_BEHAVIOUR);
    expect(body).toMatch(/"external_id":\d{19},/);
  });

  it('refuse a filter on the name of the record field', () => {
    const data = request('detection_timestamp', AT_MS, AT_MS);
    expect(() => endpoints.get_alerts(data, DEFAULT_BEHAVIOUR)).toThrow(/invalid parameter/);
  });
});
