import { mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createActivities } from '../../../src/activities/index.js';
import type { ActivityDependencies } from '../../../src/activities/dependencies.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { createCortexClient } from '../../../src/cortex/client.js';
import type { CortexClient } from '../../../src/cortex/client.js';
import { CortexError } from '../../../src/cortex/errors.js';
import { createLimiter } from '../../../src/cortex/limiter.js';
import type { CollectorActivities } from '../../../src/pull/activity-contract.js';
import type {
  ChangedIncidents,
  FetchIncidentAlertsInput,
  IncidentAlertsReceipt,
  ListChangedInput,
  SegmentRef,
} from '../../../src/pull/receipts.js';
import { openSegmentStore } from '../../../src/segments/segment-store.js';
import { writeConfig } from '../../../simulator/write-config.js';
import { startTenant } from '../../../simulator/tenant.js';
import type { Tenant } from '../../../simulator/tenant.js';
import type { TenantOptions } from '../../../simulator/tenant-options.js';

// The SDK tells of each failed activity, and one fails here on purpose.
Runtime.install({ logger: new DefaultLogger('ERROR') });

const NOW_MS = Date.now();
const STREAM = { input: 'acme', inputId: 'acme', stream: 'incident_alerts' } as const;
const LIVE = { priority: 'live' } as const;
const WINDOW = { fromMs: NOW_MS - 3_600_000, toMs: NOW_MS - 300_000 };

let folder: string;
let tenant: Tenant;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'activities-'));
});
afterEach(async () => {
  await tenant.stop();
  rmSync(folder, { recursive: true });
});

type ListIncidents = CollectorActivities['listChangedIncidents'];
type FetchAlerts = CollectorActivities['fetchIncidentAlerts'];

/** Activities on a tenant with ten incidents of the last half hour. */
async function onTenant(
  options: TenantOptions = {},
  alter: (client: CortexClient) => CortexClient = (client) => client,
) {
  const history = {
    incidents: { count: 10, fromMs: NOW_MS - 1_800_000, toMs: NOW_MS - 600_000 },
  };
  tenant = await startTenant({ history, ...options });
  const configFile = await writeConfig({
    folder,
    inputs: [
      {
        name: 'acme',
        url: tenant.url,
        credentials: tenant.credentials,
        services: { incidents: { include_incident_alerts: true, alerts_limit: 40 } },
      },
    ],
    outputs: [{ kind: 'tcp', name: 'devo_1', port: 1 }],
  });
  const { config } = loadConfig({ file: configFile, env: {}, nowMs: NOW_MS });
  const limiter = createLimiter([{ requests: 100, periodMs: 1_000 }]);
  const client = createCortexClient({ credentials: tenant.credentials, limiter, proxy: undefined });
  const segments = await openSegmentStore({
    stateDir: join(folder, 'state'),
    taskQueuePrefix: 'q',
  });
  const deps: ActivityDependencies = {
    config: () => config,
    streams: () => [],
    client: () => alter(client),
    output: () => undefined,
    segments,
    stopping: new AbortController().signal,
    log: pino({ level: 'silent' }),
    observer: {
      onFetching: () => undefined,
      onFetched: () => undefined,
      onDelivered: () => undefined,
      onFailed: () => undefined,
    },
  };
  const activities = createActivities(deps);
  const environment = new MockActivityEnvironment();
  return {
    limiter,
    list: async (knownKeys: ListChangedInput['knownKeys'] = []) =>
      await environment.run<[ListChangedInput], ChangedIncidents, ListIncidents>(
        activities.listChangedIncidents,
        {
          ...STREAM,
          ...{ window: WINDOW, windowIso: '', knownKeys, keysSinceMs: 0, sliceMs: 1_000 },
          ...LIVE,
        },
      ),
    fetch: async (
      input: Pick<FetchIncidentAlertsInput, 'call' | 'incidents'> &
        Partial<Pick<FetchIncidentAlertsInput, 'keep' | 'segment'>>,
    ) =>
      await environment.run<[FetchIncidentAlertsInput], IncidentAlertsReceipt, FetchAlerts>(
        activities.fetchIncidentAlerts,
        {
          ...STREAM,
          ...{ window: WINDOW, pullingId: 1, segment: 's', keep: [], ...input },
          ...LIVE,
        },
      ),
    written: ({ segment }: IncidentAlertsReceipt) =>
      segment === null ? [] : readFileSync(fileOf(segment), 'utf8').trimEnd().split('\n'),
    /** Makes a segment as old as the oldest that waits for an output. */
    age: ({ segment }: IncidentAlertsReceipt) => {
      if (segment !== null) utimesSync(fileOf(segment), 0, 0);
    },
  };
}

function fileOf({ workflowId, name }: SegmentRef): string {
  const parts = ['state', 'segments', encodeURIComponent(workflowId), `${name}.seg`];
  return join(folder, ...parts);
}

const asked = (id: string, alertCount: number | null = null) => ({
  ...{ id, modifiedMs: null, alertCount, known: null },
});

describe('incidents of a window', () => {
  it('are listed with their number of alerts, each once', async () => {
    const { list } = await onTenant();
    const { incidents, counts, window } = await list();
    expect(incidents).toHaveLength(10);
    expect(incidents.every(({ alertCount }) => (alertCount ?? 0) > 0)).toBe(true);
    expect(counts).toMatchObject({ records: 10, duplicates: 0, malformed: 0 });
    expect(window).toEqual(WINDOW);
  });
});

describe('modifications that were listed before', () => {
  it('are known by their keys and not listed again', async () => {
    const { list } = await onTenant();
    const { newKeys } = await list();
    const again = await list(newKeys);
    expect(again).toMatchObject({ incidents: [], newKeys: [], counts: { duplicates: 10 } });
  });
});

describe('alerts of incidents', () => {
  it('come in one call for all, each with the id of its incident', async () => {
    const { list, fetch, written } = await onTenant();
    const { incidents } = await list();
    const receipt = await fetch({
      call: 'batch',
      incidents: incidents.map((each) => ({ ...each, known: null })),
    });
    expect(receipt).toMatchObject({ batchMissing: false, leftOut: [] });
    expect(receipt.taken).toHaveLength(10);
    expect(written(receipt)).toHaveLength(tenant.owed('incident_alerts').length);
    expect(written(receipt).every((line) => line.includes('"incident_id":'))).toBe(true);
    expect(tenant.stats().byEndpoint['get_multiple_incidents_extra_data 200']).toBe(1);
  });

  it('take the room of segments that nobody waits for any more, and of no others', async () => {
    const { fetch, written, age } = await onTenant();
    const single = { call: 'single', incidents: [asked('1000')] } as const;
    const [kept, gone] = [
      await fetch({ ...single, segment: 'kept' }),
      await fetch({ ...single, segment: 'gone', keep: ['kept'] }),
    ];
    // Younger ones may be of a try that goes on elsewhere.
    for (const receipt of [kept, gone]) age(receipt);
    await fetch({ ...single, segment: 'next', keep: ['kept'] });
    expect(written(kept).length).toBeGreaterThan(0);
    expect(() => written(gone)).toThrow(/ENOENT/);
  });

  it('come from a tenant that sends a bare list as well', async () => {
    const { list, fetch } = await onTenant({ behaviour: { batchReply: 'list' } });
    const { incidents } = await list();
    const receipt = await fetch({
      call: 'batch',
      incidents: incidents.map((each) => ({ ...each, known: null })),
    });
    expect(receipt.taken).toHaveLength(10);
  });

  it('are told to be asked for one by one where the tenant lacks the batch call', async () => {
    const { fetch } = await onTenant({ behaviour: { batchReply: 'missing' } });
    const receipt = await fetch({ call: 'batch', incidents: [asked('1000'), asked('1001')] });
    expect(receipt).toMatchObject({ batchMissing: true, segment: null, taken: [] });
    expect(receipt.leftOut.map(({ id }) => id)).toEqual(['1000', '1001']);
  });

  it('come all by a call of their own, more than the configured limit if the incident has more', async () => {
    const { fetch, written } = await onTenant({ oversize: { share: 1, alerts: 120 } });
    const batch = await fetch({ call: 'batch', incidents: [asked('1000', 120)] });
    expect(batch.leftOut.map(({ id }) => id)).toEqual(['1000']);
    const single = await fetch({ call: 'single', incidents: [asked('1000', 120)] });
    expect(written(single)).toHaveLength(120);
    expect(single.taken).toMatchObject([{ missing: 0 }]);
    const limited = await fetch({ call: 'single', incidents: [asked('1001')] });
    expect(written(limited)).toHaveLength(40);
    expect(limited.taken).toMatchObject([{ alertCount: 120, missing: 80 }]);
  });

  it('are none of an incident that went meanwhile, with a warning', async () => {
    const { fetch } = await onTenant();
    const receipt = await fetch({ call: 'single', incidents: [asked('99999', 3)] });
    expect(receipt).toMatchObject({ segment: null, leftOut: [], taken: [{ missing: 0 }] });
    expect(receipt.warnings[0]).toContain('incident 99999 went from the tenant');
  });

  it.each([
    ['that went meanwhile, are none', '99999'],
    ['that is still there, stay to be asked for', '1000'],
  ])('where the call fails for an incident %s', async (_, id) => {
    const { fetch } = await onTenant({}, (client) => ({
      ...client,
      call: async (fqdn, path, data, options) => {
        if (!path.endsWith('get_incident_extra_data')) {
          return await client.call(fqdn, path, data, options);
        }
        throw new CortexError('CORTEX_SERVER_ERROR', 'no such incident', { retry: 'later' });
      },
    }));
    const asking = fetch({ call: 'single', incidents: [asked(id, 3)] });
    if (id === '99999') expect(await asking).toMatchObject({ taken: [{ id, missing: 0 }] });
    else await expect(asking).rejects.toMatchObject({ type: 'CORTEX_SERVER_ERROR' });
  });

  it('refused for their own quota slow no other call, and are asked for later', async () => {
    const { fetch, limiter } = await onTenant({ behaviour: { extraDataPerMinute: 1 } });
    await fetch({ call: 'single', incidents: [asked('1000')] });
    const refused = fetch({ call: 'single', incidents: [asked('1001')] });
    await expect(refused).rejects.toMatchObject({
      type: 'CORTEX_RATE_LIMITED',
      nonRetryable: false,
      nextRetryDelay: 30_000,
    });
    expect(limiter.share).toBe(1);
  });

  it('are asked for again without the wait for a quota where the call failed otherwise', async () => {
    const { fetch } = await onTenant({ faults: { error500: 1 } });
    const failed = fetch({ call: 'single', incidents: [asked('1000')] });
    await expect(failed).rejects.toMatchObject({
      type: 'CORTEX_SERVER_ERROR',
      nonRetryable: false,
      nextRetryDelay: undefined,
    });
  });
});
