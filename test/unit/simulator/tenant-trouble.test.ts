import { afterEach, describe, expect, it } from 'vitest';
import { startTenant } from '../../../simulator/tenant.js';
import type { Tenant } from '../../../simulator/tenant.js';
import type { TenantOptions } from '../../../simulator/tenant-options.js';
import { call, STANDARD_HEADERS } from './call-tenant.js';

const INCIDENTS = 'v1/incidents/get_incidents';
const EXTRA = 'v1/incidents/get_incident_extra_data';
const START_MS = 1_760_000_000_000;

let nowMs = START_MS;
const tenants: Tenant[] = [];
async function start(options: TenantOptions): Promise<Tenant> {
  nowMs = START_MS;
  const history = { incidents: { count: 5, fromMs: START_MS - 100, toMs: START_MS - 1 } };
  const tenant = await startTenant({ now: () => nowMs, history, ...options });
  tenants.push(tenant);
  return tenant;
}
afterEach(async () => {
  for (const tenant of tenants.splice(0)) await tenant.stop();
});

describe('quotas of a tenant', () => {
  it('let 10 requests into any second, then answer 429', async () => {
    const tenant = await start({});
    for (let number = 0; number < 10; number++) {
      expect((await call(tenant.url, INCIDENTS, {})).status).toBe(200);
    }
    nowMs += 999;
    const refused = await call(tenant.url, INCIDENTS, {});
    expect(refused.status).toBe(429);
    expect(refused.reply.err_msg).toBe('Too many requests');
    nowMs += 1;
    expect((await call(tenant.url, INCIDENTS, {})).status).toBe(200);
    expect(tenant.stats().mostPerSecond).toBe(11);
  });

  it('let 10 extra-data calls into any minute, and hold up no other call', async () => {
    const tenant = await start({});
    const data = { incident_id: '1000' };
    for (let number = 0; number < 10; number++) {
      expect((await call(tenant.url, EXTRA, data)).status).toBe(200);
      nowMs += 5_000;
    }
    const refused = await call(tenant.url, EXTRA, data);
    expect(refused.status).toBe(429);
    expect((await call(tenant.url, INCIDENTS, {})).status).toBe(200);
    nowMs += 10_000;
    expect((await call(tenant.url, EXTRA, data)).status).toBe(200);
    expect(tenant.stats().mostExtraDataPerMinute).toBe(11);
  });
});

describe('faults of a tenant', () => {
  const raw = async (tenant: Tenant): Promise<Response> =>
    fetch(`${tenant.url}/public_api/${INCIDENTS}`, {
      method: 'POST',
      headers: STANDARD_HEADERS,
      body: '{"request_data":{}}',
    });

  it('answer 500 with the envelope of the API', async () => {
    const tenant = await start({ faults: { error500: 1 } });
    const { status, reply } = await call(tenant.url, INCIDENTS, {});
    expect([status, reply.err_code]).toEqual([500, 500]);
  });

  it('answer 502 with HTML', async () => {
    const tenant = await start({ faults: { error502: 1 } });
    const response = await raw(tenant);
    expect(response.status).toBe(502);
    expect(await response.text()).toContain('<html>');
  });

  it('hide an error in HTTP 200', async () => {
    const tenant = await start({ faults: { errorIn200: 1 } });
    const { status, reply } = await call(tenant.url, INCIDENTS, {});
    expect([status, reply.err_code]).toEqual([200, 500]);
  });

  it('answer a list', async () => {
    const tenant = await start({ faults: { listReply: 1 } });
    expect((await call(tenant.url, INCIDENTS, {})).reply).toHaveLength(1);
  });

  it('reset the connection', async () => {
    const tenant = await start({ faults: { reset: 1 } });
    await expect(raw(tenant)).rejects.toThrow('fetch failed');
    expect(tenant.stats().byEndpoint).toEqual({ 'get_incidents 0': 1 });
  });

  it('cut bodies, some within HTTP and some within JSON', async () => {
    const tenant = await start({ faults: { truncated: 1 }, behaviour: { requestsPerSecond: 0 } });
    const causes = new Set<string>();
    for (let number = 0; number < 20; number++) {
      const response = await raw(tenant);
      await response.json().catch((error: unknown) => causes.add((error as Error).name));
    }
    expect([...causes].sort()).toEqual(['SyntaxError', 'TypeError']);
  });

  it('come in their share and the same for the same seed', async () => {
    const run = async (): Promise<Readonly<Record<string, number>>> => {
      const tenant = await start({
        faults: { error500: 0.3 },
        behaviour: { requestsPerSecond: 0 },
      });
      for (let number = 0; number < 60; number++) await call(tenant.url, INCIDENTS, {});
      return tenant.stats().byEndpoint;
    };
    const counts = await run();
    expect(counts['get_incidents 500']).toBeGreaterThan(8);
    expect(counts['get_incidents 500']).toBeLessThan(30);
    expect(await run()).toEqual(counts);
  });
});

describe('the control endpoint of a tenant', () => {
  const post = async (tenant: Tenant, name: string, body: unknown): Promise<Response> =>
    fetch(`${tenant.url}/simulator/${name}`, { method: 'POST', body: JSON.stringify(body) });

  it('changes faults and behaviour, and shows what happened', async () => {
    const tenant = await start({});
    await post(tenant, 'faults', { error500: 1 });
    expect((await call(tenant.url, INCIDENTS, {})).status).toBe(500);
    await post(tenant, 'faults', { error500: 0 });
    await post(tenant, 'behaviour', { denied: { get_alerts: 403 } });
    expect((await call(tenant.url, 'v1/alerts/get_alerts', {})).status).toBe(403);
    const stats = (await (await fetch(`${tenant.url}/simulator/stats`)).json()) as object;
    expect(stats).toMatchObject({ requests: 2, byEndpoint: { 'get_alerts 403': 1 } });
  });

  it('starts and stops production, and modifies', async () => {
    const tenant = await start({});
    await post(tenant, 'production', { incidents: 5 });
    nowMs += 2_000;
    const stopped = (await (await post(tenant, 'stop-production', {})).json()) as object;
    expect(stopped).toMatchObject({ hidden: 0 });
    const count = tenant.owed('incidents').length;
    expect(count).toBeGreaterThan(10);
    nowMs += 2_000;
    expect(await (await post(tenant, 'modify', { count: 1 })).json()).toEqual({ modified: 1 });
    expect(tenant.owed('incidents')).toHaveLength(count);
  });

  it.each([
    ['faults', { unknown: 1 }],
    ['behaviour', { error500: 1 }],
    ['production', 'much'],
  ])('refuses a wrong option for %s and says what it expects', async (name, body) => {
    const tenant = await start({});
    const response = await post(tenant, name, body);
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/expected an object with some of/);
  });
});
