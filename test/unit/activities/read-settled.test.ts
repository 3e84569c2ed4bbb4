import { describe, expect, it, vi, afterEach } from 'vitest';
import { pageReader } from '../../../src/activities/page-reader.js';
import { readSettled } from '../../../src/activities/read-settled.js';
import type { Row } from '../../../src/activities/window-sink.js';
import { SERVICES } from '../../../src/services/registry.js';
import { serviceConfig } from '../services/config.js';
import { clientOf, sendJson, startTenant } from '../cortex/tenant.js';

const SETTLE_MS = 60_000;
const MINUTE_MS = 60_000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Reads the last hour, as a host sees it, of a tenant whose clock is off from the host's. */
async function readLastHour(tenantAheadMs: number, header = true, pulls = 1) {
  const tenant = await startTenant((response) => {
    const date = new Date(Date.now() + tenantAheadMs).toUTCString();
    if (header) response.setHeader('Date', date);
    else response.sendDate = false;
    sendJson(response, { reply: { total_count: 1, alerts: [{ alert_id: '1' }] } });
  });
  const client = clientOf();
  const config = serviceConfig({ service: 'all_alerts', apiFqdn: tenant.url });
  const input = { service: config } as Parameters<typeof pageReader>[2];
  const options = { signal: new AbortController().signal, priority: 'live' } as const;
  const readPage = pageReader(client, SERVICES.all_alerts, input, options);
  const rows: Row[] = [];
  const sink = {
    rows: (page: readonly Row[]) => Promise.resolve(rows.push(...page)),
    restart: () => Promise.resolve(void rows.splice(0)),
  };
  const limits = { maxRows: 5_000, concurrency: 1, overlapMs: 0 } as const;
  const hostMs = Date.now();
  const asked = { fromMs: hostMs - 60 * MINUTE_MS, toMs: hostMs - SETTLE_MS };
  const reads = [];
  for (let pull = 0; pull < pulls; pull++) {
    reads.push(await readSettled(asked, client, SETTLE_MS, readPage, sink, limits));
  }
  return { asked, hostMs, rows, requests: tenant.received.length, reads };
}

describe('a window', () => {
  it('is read to its end where the clocks agree, with one request', async () => {
    const { asked, requests, reads } = await readLastHour(0);
    expect(reads).toMatchObject([{ window: asked, reachedNow: false, warnings: [] }]);
    expect(requests).toBe(1);
  });

  it("is read up to the tenant's now where the host's clock is ahead, and that is said", async () => {
    const { asked, hostMs, rows, requests, reads } = await readLastHour(-15 * MINUTE_MS, true, 2);
    for (const { window, reachedNow, warnings } of reads) {
      expect(reachedNow).toBe(true);
      expect(window.fromMs).toBe(asked.fromMs);
      const tenantMs = hostMs - 15 * MINUTE_MS;
      expect(window.toMs).toBeLessThanOrEqual(tenantMs - SETTLE_MS + 60_000);
      expect(window.toMs).toBeGreaterThan(tenantMs - SETTLE_MS - 3_000);
      expect(warnings[0]).toMatch(/^CORTEX_CLOCK_DIFFERS: .*15 min ahead|14 min ahead/);
    }
    // The first reply tells of the difference, so that what it brought does not count.
    expect(requests).toBe(3);
    expect(rows).toHaveLength(2);
  });

  it('is not read at all where all of it is still to come for the tenant', async () => {
    const { asked, reads } = await readLastHour(-90 * MINUTE_MS, true, 2);
    for (const { window, reachedNow } of reads) {
      expect(window).toEqual({ fromMs: asked.fromMs, toMs: asked.fromMs - 1 });
      expect(reachedNow).toBe(true);
    }
  });

  it("is read to its end where the host's clock is behind, and that is said", async () => {
    const { asked, reads } = await readLastHour(15 * MINUTE_MS);
    expect(reads).toMatchObject([{ window: asked, reachedNow: false }]);
    expect(reads[0]?.warnings[0]).toMatch(/^CORTEX_CLOCK_DIFFERS: .* behind the tenant's/);
  });

  it("is read to its end by the host's clock where the tenant does not tell its own", async () => {
    const { asked, reads } = await readLastHour(-15 * MINUTE_MS, false);
    expect(reads).toMatchObject([{ window: asked, reachedNow: false, warnings: [] }]);
  });
});
