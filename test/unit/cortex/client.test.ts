import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { checkCredentials } from '../../../src/cortex/check-credentials.js';
import { encodeJson } from '../../../src/cortex/json.js';
import { clientOf, firstPage, sendJson, startTenant, tenantSaying } from './tenant.js';

const ONE_ROW = { reply: { total_count: 1, result_count: 1, incidents: [{ incident_id: '1' }] } };

describe('a list call', () => {
  it('filters and sorts by the same field, ascending, and sends both ends of the page', async () => {
    const tenant = await tenantSaying(ONE_ROW);
    await clientOf().list(firstPage(tenant, { offset: 300 }));
    expect(tenant.received[0]).toMatchObject({
      url: '/public_api/v1/incidents/get_incidents/',
      headers: {
        'x-xdr-auth-id': '7',
        'content-type': 'application/json',
        'accept-encoding': 'gzip',
      },
      body: {
        request_data: {
          filters: [
            { field: 'modification_time', operator: 'gte', value: 1_760_000_000_000 },
            { field: 'modification_time', operator: 'lte', value: 1_760_000_001_000 },
          ],
          search_from: 300,
          search_to: 400,
          sort: { field: 'modification_time', keyword: 'asc' },
        },
      },
    });
  });

  it.each([
    ['as documented', ONE_ROW, { total: 1, rows: [{ incident_id: '1' }] }],
    [
      'a bare list',
      { reply: [{ incident_id: '1' }] },
      { total: null, rows: [{ incident_id: '1' }] },
    ],
    [
      'null counts and rows',
      { reply: { total_count: null, incidents: null } },
      { total: null, rows: [] },
    ],
    [
      'the error code 0, which is none',
      { reply: { err_code: 0, total_count: 0, incidents: [] } },
      { total: 0, rows: [] },
    ],
    [
      'a count as digits',
      { reply: { total_count: '1', incidents: [{ incident_id: '1' }] } },
      { total: 1, rows: [{ incident_id: '1' }] },
    ],
    [
      'counted rows that the key may not see',
      { reply: { total_count: 2, incidents: [], restricted_incident_ids: ['1', '2'] } },
      { total: 2, rows: [] },
    ],
    ['a count and no rows', { reply: { total_count: 0 } }, { total: 0, rows: [] }],
  ])('takes a reply: %s', async (_, body, expected) => {
    const tenant = await tenantSaying(body);
    expect(await clientOf().list(firstPage(tenant))).toMatchObject(expected);
  });

  it('reads gzip and keeps exact numbers', async () => {
    const text = '{"reply":{"total_count":1,"incidents":[{"id":7317728957437371542}]}}';
    const tenant = await startTenant((response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' });
      response.end(gzipSync(text));
    });
    const { rows, lossless } = await clientOf().list(firstPage(tenant));
    expect(rows.map((row) => encodeJson(row, lossless))).toEqual(['{"id":7317728957437371542}']);
  });

  it('uses one connection for calls that follow each other', async () => {
    const tenant = await tenantSaying(ONE_ROW);
    const client = clientOf();
    for (let i = 0; i < 3; i++) await client.list(firstPage(tenant));
    expect(new Set(tenant.received.map((request) => request.socket)).size).toBe(1);
  });

  it.each([
    [0, 5],
    [-1, 5],
    [6, 5],
  ])('never asks for the impossible window %i - %i', async (fromMs, toMs) => {
    const tenant = await tenantSaying(ONE_ROW);
    const asked = clientOf().list(firstPage(tenant, { window: { fromMs, toMs } }));
    await expect(asked).rejects.toMatchObject({ code: 'CORTEX_BAD_REQUEST', retry: 'never' });
    expect(tenant.received).toHaveLength(0);
  });

  it('reports status, time taken and time waited of each request', async () => {
    const tenant = await tenantSaying(ONE_ROW);
    const onRequest = vi.fn();
    await clientOf({ onRequest }).list(firstPage(tenant));
    expect(onRequest.mock.calls).toEqual([
      [
        {
          path: 'v1/incidents/get_incidents',
          status: 200,
          elapsedMs: expect.any(Number) as number,
          waitedMs: expect.any(Number) as number,
          tenantNow: {
            atLeastMs: expect.any(Number) as number,
            atMostMs: expect.any(Number) as number,
          },
        },
      ],
    ]);
  });
});

describe('another call', () => {
  it('posts its data and returns the reply', async () => {
    const tenant = await tenantSaying({ reply: { incident: { incident_id: '9' } } });
    const path = 'v1/incidents/get_incident_extra_data';
    const reply = await clientOf().call(tenant.url, path, { incident_id: '9' });
    expect(reply.value).toEqual({ incident: { incident_id: '9' } });
    expect(tenant.received[0]?.body).toEqual({ request_data: { incident_id: '9' } });
  });
});

describe('a refused signature', () => {
  const advanced = { apiKey: 'secret', apiKeyId: '7', authType: 'advanced' } as const;

  it('is made anew and sent once more', async () => {
    const tenant = await startTenant((response, nth) => {
      sendJson(response, nth === 1 ? { reply: { err_code: 401 } } : ONE_ROW, nth === 1 ? 401 : 200);
    });
    await clientOf({ credentials: advanced }).list(firstPage(tenant));
    const nonces = tenant.received.map((request) => request.headers['x-xdr-nonce']);
    expect(new Set(nonces).size).toBe(2);
  });

  it('is an error when refused twice', async () => {
    const tenant = await tenantSaying({ reply: { err_code: 401, err_msg: 'Unauthorized' } }, 401);
    const asked = clientOf({ credentials: advanced }).list(firstPage(tenant));
    await expect(asked).rejects.toMatchObject({
      code: 'CORTEX_UNAUTHORIZED',
      retry: 'never',
      message: expect.stringMatching(/"Unauthorized"; check `api_key`/) as string,
    });
    expect(tenant.received).toHaveLength(2);
  });
});

describe('a signature', () => {
  it("is made by the tenant's clock, once a reply told of it", async () => {
    const aheadMs = 3_600_000;
    const tenant = await startTenant((response, nth) => {
      response.setHeader('Date', new Date(Date.now() + aheadMs).toUTCString());
      sendJson(response, nth === 1 ? { reply: { err_code: 401 } } : ONE_ROW, nth === 1 ? 401 : 200);
    });
    const credentials = { apiKey: 'secret', apiKeyId: '7', authType: 'advanced' } as const;
    await clientOf({ credentials }).list(firstPage(tenant));
    const [first = 0, second = 0] = tenant.received.map(({ headers }) =>
      Number(headers['x-xdr-timestamp']),
    );
    expect(second - first).toBeGreaterThan(aheadMs - 5_000);
    expect(second - Date.now()).toBeLessThan(aheadMs + 5_000);
  });
});

describe('a refused standard key', () => {
  it('is sent no second time: nothing in it goes stale', async () => {
    const tenant = await tenantSaying({ reply: { err_code: 401 } }, 401);
    const asked = clientOf().list(firstPage(tenant));
    await expect(asked).rejects.toMatchObject({ code: 'CORTEX_UNAUTHORIZED' });
    expect(tenant.received).toHaveLength(1);
  });

  it.each(['"quoted"', "'quoted'"])(
    'tells of the quotation marks around it: %s',
    async (apiKey) => {
      const tenant = await tenantSaying({ reply: { err_code: 401 } }, 401);
      const client = clientOf({ credentials: { apiKey, apiKeyId: '7', authType: 'standard' } });
      await expect(client.list(firstPage(tenant))).rejects.toThrow(/quotation mark: .*remove them/);
    },
  );

  it.each(['“k3y”', 'k3 y', 'k3y\n'])(
    'tells of a character in it that no key has: %j',
    async (apiKey) => {
      const tenant = await tenantSaying({ reply: { err_code: 401 } }, 401);
      const client = clientOf({ credentials: { apiKey, apiKeyId: '7', authType: 'standard' } });
      await expect(client.list(firstPage(tenant))).rejects.toThrow(/^(?!.*k3).*copy it once more/s);
    },
  );
});

describe('the check of credentials', () => {
  it('asks for incidents, which the role Viewer may read', async () => {
    const tenant = await tenantSaying(ONE_ROW);
    await checkCredentials(clientOf(), tenant.url, 1_760_000_000_000);
    expect(tenant.received.map((request) => request.url)).toEqual([
      '/public_api/v1/incidents/get_incidents/',
    ]);
  });

  it('raises what the API raises', async () => {
    const tenant = await tenantSaying({ reply: { err_code: 403, err_msg: 'Forbidden' } }, 403);
    const check = checkCredentials(clientOf(), tenant.url, 1_760_000_000_000);
    await expect(check).rejects.toMatchObject({ code: 'CORTEX_FORBIDDEN' });
  });
});
