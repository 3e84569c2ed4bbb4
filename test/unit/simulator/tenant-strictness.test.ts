import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTenant } from '../../../simulator/tenant.js';
import type { Tenant } from '../../../simulator/tenant.js';
import { call, page, STANDARD_HEADERS } from './call-tenant.js';

const NOW_MS = 1_760_000_000_000;
const INCIDENTS = 'v1/incidents/get_incidents';
const TIME = 'modification_time';
const good = page(TIME, NOW_MS - 1000, NOW_MS);

let tenant: Tenant;
beforeAll(async () => {
  tenant = await startTenant({ now: () => NOW_MS, behaviour: { requestsPerSecond: 0 } });
});
afterAll(() => tenant.stop());

describe('a tenant refuses as the API does', () => {
  const filter = (operator: string, value: unknown, field = TIME): unknown => ({
    ...good,
    filters: [{ field, operator, value }],
  });
  it.each([
    ['a page of 101 rows', { ...good, search_from: 0, search_to: 101 }, /search size/],
    ['an empty page', { ...good, search_from: 5, search_to: 5 }, /search size/],
    ['a negative offset', { ...good, search_from: -1, search_to: 5 }, /integers/],
    ['a filter on an unknown field', filter('gte', 1, 'alert_id'), /valid filter field/],
    ['an operator that times do not have', filter('gt', NOW_MS), /operator gt/],
    ['the value 0', filter('gte', 0), /value param is missing/],
    ['a missing value', filter('gte', undefined), /value param is missing/],
    ['a fraction', filter('gte', NOW_MS + 0.5), /must be an integer/],
    ['a text for a time', filter('gte', String(NOW_MS)), /must be an integer/],
    ['a range whose end is before its start', page(TIME, NOW_MS, NOW_MS - 1), /gte is after lte/],
    [
      'a sort on another field than the filter',
      { ...good, sort: { field: 'creation_time', keyword: 'asc' } },
      /resources/,
    ],
    ['a sort by an unknown field', { ...good, sort: { field: 'x', keyword: 'asc' } }, /valid sort/],
    ['an unknown order', { ...good, sort: { field: TIME, keyword: 'up' } }, /asc or desc/],
    [
      'incident ids that are numbers',
      { filters: [{ field: 'incident_id_list', operator: 'in', value: [1] }] },
      /strings/,
    ],
  ])('%s with 500', async (_name, data, text) => {
    const { status, reply } = await call(tenant.url, INCIDENTS, data);
    expect(status).toBe(500);
    expect(reply.err_extra).toMatch(text);
    expect(reply.err_code).toBe(500);
  });

  it.each([
    ['alerts by detection_timestamp', 'v1/alerts/get_alerts', 'detection_timestamp'],
    ['get_alerts by server_creation_time', 'v1/alerts/get_alerts', 'server_creation_time'],
    ['audits by AUDIT_INSERT_TIME', 'v1/audits/management_logs', 'AUDIT_INSERT_TIME'],
  ])('%s with 500', async (_name, path, field) => {
    expect((await call(tenant.url, path, page(field, 1, NOW_MS))).status).toBe(500);
  });

  it('alert ids that are strings with 500, and takes integers', async () => {
    const byIds = (value: unknown[]): unknown => ({
      filters: [{ field: 'alert_id_list', operator: 'in', value }],
    });
    expect((await call(tenant.url, 'v1/alerts/get_alerts', byIds(['1000']))).status).toBe(500);
    expect((await call(tenant.url, 'v1/alerts/get_alerts', byIds([1000]))).status).toBe(200);
  });

  it.each([
    ['an unknown call with 404', '/public_api/v1/incidents/get_all', 404],
    ['a wrong prefix with 500', '/XDR/public/v1/incidents/get_incidents', 500],
  ])('%s', async (_name, path, status) => {
    const init = { method: 'POST', headers: STANDARD_HEADERS, body: '{"request_data":{}}' };
    expect((await fetch(tenant.url + path, init)).status).toBe(status);
  });

  it.each([
    ['GET with 405', { method: 'GET' }, 405],
    ['a body that is not JSON with 400', { method: 'POST', body: '{' }, 400],
    ['a body without request_data with 400', { method: 'POST', body: '{}' }, 400],
  ])('%s', async (_name, init, status) => {
    const url = `${tenant.url}/public_api/${INCIDENTS}/`;
    expect((await fetch(url, { headers: STANDARD_HEADERS, ...init })).status).toBe(status);
  });

  it('refuses server_creation_time on v1 alone when told to', async () => {
    tenant.setBehaviour({ refuseServerCreationTime: true });
    const data = page('server_creation_time', 1, NOW_MS);
    const v1 = await call(tenant.url, 'v1/alerts/get_alerts_multi_events', data);
    const v2 = await call(tenant.url, 'v2/alerts/get_alerts_multi_events', data);
    expect([v1.status, v2.status]).toEqual([500, 200]);
    tenant.setBehaviour({ refuseServerCreationTime: false });
  });

  it('denies one service its licence and another its role, and no third one', async () => {
    tenant.setBehaviour({ denied: { management_logs: 402, get_alerts: 403 } });
    const statusOf = async (path: string): Promise<number> =>
      (await call(tenant.url, path, {})).status;
    expect(await statusOf('v1/audits/management_logs')).toBe(402);
    expect(await statusOf('v1/alerts/get_alerts')).toBe(403);
    expect(await statusOf(INCIDENTS)).toBe(200);
    tenant.setBehaviour({ denied: {} });
  });
});

describe('keys of a tenant', () => {
  it.each([
    ['a wrong key', { Authorization: 'wrong' }],
    ['a wrong id', { 'x-xdr-auth-id': '8' }],
    ['a scheme before the key', { Authorization: `Bearer ${STANDARD_HEADERS.Authorization}` }],
  ])('refuse %s with 401', async (_name, headers) => {
    const all = { ...STANDARD_HEADERS, ...headers };
    expect((await call(tenant.url, INCIDENTS, good, all)).status).toBe(401);
  });

  it('of the advanced kind take a fresh signature, and neither an old one nor the bare key', async () => {
    const apiKey = 'ExampleKey';
    const advanced = await startTenant({
      now: () => NOW_MS,
      credentials: { apiKey, apiKeyId: '9', authType: 'advanced' },
    });
    const nonce = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01';
    const signed = (timestampMs: number): Record<string, string> => ({
      'Content-Type': 'application/json',
      'x-xdr-auth-id': '9',
      'x-xdr-nonce': nonce,
      'x-xdr-timestamp': String(timestampMs),
      Authorization: createHash('sha256').update(`${apiKey}${nonce}${timestampMs}`).digest('hex'),
    });
    const statusOf = async (headers: Record<string, string>): Promise<number> =>
      (await call(advanced.url, INCIDENTS, {}, headers)).status;
    expect(await statusOf(signed(NOW_MS))).toBe(200);
    expect(await statusOf(signed(NOW_MS - 16 * 60_000))).toBe(401);
    expect(await statusOf({ ...signed(NOW_MS), Authorization: apiKey })).toBe(401);
    await advanced.stop();
  });
});
