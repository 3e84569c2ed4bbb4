import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createCortexClient } from '../../src/cortex/client.js';
import { createLimiter } from '../../src/cortex/limiter.js';
import { newCheckpoint } from '../../src/pull/checkpoint.js';
import { SERVICES } from '../../src/services/registry.js';
import { serviceConfig } from '../unit/services/config.js';
import { collect, PARTS, START_MS } from './collecting.js';
import type { Parts, Scenario } from './collecting.js';

/** Records in every few milliseconds, one of them exactly where a pull ends. */
function boundaryScenario(changes: Partial<Scenario> = {}): Scenario {
  return {
    inserts: Array.from({ length: 60 }, (_, at) => {
      const timeMs = START_MS + 1_900 + at * 3;
      return { showMs: timeMs, timeMs };
    }),
    modifications: [],
    overtaking: [],
    gapsMs: [30, 30, 30, 30, 30],
    crashes: [],
    abandoned: {},
    options: {
      ...{
        pageSize: 5,
        saturatedAt: 50,
        offsetCap: Infinity,
        nullTotals: false,
        fractional: false,
      },
    },
    ...changes,
  };
}

const exact = { lost: [], twice: [] };
const outcome = async (scenario: Scenario, parts: Partial<Parts> = {}) => {
  const { lost, twice } = await collect(scenario, { ...PARTS, ...parts });
  return { lost, twice };
};

/** The request bodies that a client sends for one page of each service. */
async function requestsOfAllServices() {
  const bodies: Record<string, RequestBody> = {};
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      bodies[request.url ?? ''] = JSON.parse(text) as RequestBody;
      response.end('{"reply":{"total_count":0,"incidents":[],"alerts":[],"data":[]}}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = createCortexClient({
    credentials: { apiKey: 'key', apiKeyId: '1', authType: 'standard' },
    limiter: createLimiter([{ requests: 100, periodMs: 1_000 }]),
    proxy: undefined,
  });
  for (const [name, service] of Object.entries(SERVICES)) {
    const config = serviceConfig({ service: name as keyof typeof SERVICES });
    await client.list({
      apiFqdn: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      path: service.path(config),
      timeField: service.timeField(config),
      window: { fromMs: 1_760_000_000_000, toMs: 1_760_000_600_000 },
      offset: 200,
      rowsKey: service.rowsKey,
    });
  }
  server.close();
  return Object.values(bodies).map(({ request_data }) => request_data);
}

interface RequestBody {
  readonly request_data: {
    readonly filters: readonly { field: string; operator: string; value: number }[];
    readonly search_from: number;
    readonly search_to: number;
    readonly sort: { readonly field: string; readonly keyword: string };
  };
}

describe('bugs that other collectors of this API had', () => {
  it('duplicates at the boundary: a record where one pull ends and the next begins comes once', async () => {
    expect(await outcome(boundaryScenario())).toEqual(exact);
    // The inclusive bounds bring it twice to whoever does not know it again.
    const { twice } = await outcome(boundaryScenario(), { keysFor: () => [] });
    expect(twice.length).toBeGreaterThan(0);
  });

  it('a millisecond added to the cursor: records that share the last one seen are not left out', async () => {
    const tie = START_MS + 1_960;
    const inserts = Array.from({ length: 40 }, (_, at) => ({
      timeMs: tie,
      // Half of them show after the first pull that met the others.
      showMs: at % 2 === 0 ? tie : tie + 45,
    }));
    expect(await outcome(boundaryScenario({ inserts }))).toEqual(exact);
  });

  it('endless paging: more records in one millisecond than a page holds come to an end', async () => {
    const inserts = Array.from({ length: 90 }, () => ({ timeMs: START_MS + 5, showMs: START_MS }));
    const options = { ...boundaryScenario().options, nullTotals: true };
    expect(await outcome(boundaryScenario({ inserts, options }))).toEqual(exact);
  });

  it('missing limiter: however much is asked at once, ten requests start in a second', async () => {
    const limiter = createLimiter([{ requests: 10, periodMs: 1_000 }]);
    const ask = () =>
      limiter.run(() => Promise.resolve(performance.now()), {
        ...{ priority: 'live', kind: 'alerts' },
      } as const);
    const times = await Promise.all(Array.from({ length: 12 }, ask));
    const tenLater = times.slice(10).map((ms, at) => ms - (times[at] ?? ms));
    expect(tenLater).toHaveLength(2);
    expect(Math.min(...tenLater)).toBeGreaterThanOrEqual(1_000);
  });

  it('sort field different from filter: every list call filters and sorts by one field, ascending', async () => {
    const requests = await requestsOfAllServices();
    expect(requests).toHaveLength(5);
    for (const { filters, sort } of requests) {
      expect(filters.map(({ operator }) => operator)).toEqual(['gte', 'lte']);
      expect(filters.every(({ field }) => field === sort.field)).toBe(true);
      expect(sort.keyword).toBe('asc');
    }
  });

  it('cursor in seconds: every time that is sent, and where a pull begins, is in milliseconds', async () => {
    for (const { filters } of await requestsOfAllServices()) {
      expect(filters.map(({ value }) => value)).toEqual([1_760_000_000_000, 1_760_000_600_000]);
    }
    const startTimeMs = Date.UTC(2026, 0, 31);
    expect(newCheckpoint({ startTimeMs, configuredStartMs: null }).watermarkMs).toBe(
      startTimeMs - 1,
    );
  });

  it('offset skew: pages are exactly one page size apart, and rows that leave meanwhile skip none', async () => {
    for (const { search_from: from, search_to: to } of await requestsOfAllServices()) {
      expect([from, to]).toEqual([200, 300]);
    }
    const modifications = Array.from({ length: 12 }, (_, at) => ({
      request: 2 + at,
      ...{ pick: at, count: 2 },
    }));
    expect((await outcome(boundaryScenario({ modifications }))).lost).toEqual([]);
  });

  it('watermark from another field than the filter: the time kept is the one that the API filters by', () => {
    const config = serviceConfig({ service: 'alerts' });
    const alert = { alert_id: '1', local_insert_ts: 2_000, detection_timestamp: 1_000 };
    expect(SERVICES.alerts.timeMs(alert, config)).toBe(2_000);
    const byCreation = serviceConfig({ service: 'alerts', timeField: 'creation_time' });
    expect(SERVICES.alerts.timeMs(alert, byCreation)).toBe(1_000);
    expect(SERVICES.all_alerts.timeMs(alert, config)).toBe(1_000);
  });

  it('checkpoint at now after one page: a cycle that is given up halfway goes on where it was', async () => {
    const abandoned = { 0: 1, 1: 2 };
    expect(await outcome(boundaryScenario({ abandoned }))).toEqual(exact);
  });
});
