import { describe, expect, it } from 'vitest';
import { clientOf, firstPage, sendJson, startTenant, tenantSaying } from './tenant.js';

const PAGE = { reply: { total_count: 0, incidents: [] } };

describe('a page of a list', () => {
  it('is asked for again after an error that time may cure', async () => {
    const tenant = await startTenant((response, nth) => {
      if (nth === 1) sendJson(response, { reply: { err_code: 500, err_msg: 'busy' } }, 500);
      else if (nth === 2) response.end('{"reply":{"total_co');
      else if (nth === 3) response.destroy();
      else sendJson(response, PAGE);
    });
    const reply = await clientOf({ pageWaitsMs: [1, 1, 1] }).list(firstPage(tenant));
    expect(reply.total).toBe(0);
    expect(tenant.received).toHaveLength(4);
  });

  it('ends with the last error when it failed after each wait', async () => {
    const tenant = await tenantSaying({ reply: { err_code: 500, err_msg: 'busy' } }, 500);
    const reading = clientOf({ pageWaitsMs: [1, 1] }).list(firstPage(tenant));
    await expect(reading).rejects.toMatchObject({ code: 'CORTEX_SERVER_ERROR' });
    expect(tenant.received).toHaveLength(3);
  });

  it('is not asked for again after an error that only somebody can cure', async () => {
    const tenant = await tenantSaying({ reply: { err_code: 403, err_msg: 'no' } }, 403);
    const reading = clientOf({ pageWaitsMs: [1, 1] }).list(firstPage(tenant));
    await expect(reading).rejects.toMatchObject({ code: 'CORTEX_FORBIDDEN' });
    expect(tenant.received).toHaveLength(1);
  });

  it('is asked for again where the reply is a list around an empty envelope: that is no empty window', async () => {
    const faulty = { reply: [{ total_count: null, result_count: null, incidents: [] }] };
    const tenant = await startTenant((response, nth) => {
      sendJson(response, nth === 1 ? faulty : PAGE);
    });
    const reply = await clientOf({ pageWaitsMs: [1] }).list(firstPage(tenant));
    expect(reply).toMatchObject({ total: 0, rows: [] });
    expect(tenant.received).toHaveLength(2);
  });

  it('is given up at once when it is cancelled', async () => {
    const tenant = await tenantSaying({ reply: { err_code: 500, err_msg: 'busy' } }, 500);
    const cancel = new AbortController();
    const client = clientOf({
      pageWaitsMs: [600_000],
      onRequest: () => setImmediate(() => cancel.abort(new Error('cancelled'))),
    });
    await expect(client.list(firstPage(tenant), { signal: cancel.signal })).rejects.toThrow(
      'cancelled',
    );
    expect(tenant.received).toHaveLength(1);
  });
});
