import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Row } from '../../../src/activities/window-sink.js';
import { runVerify } from '../../../src/cli/run-verify.js';
import { daysOf, repairWindows } from '../../../src/cli/verify-report.js';
import { createCortexClient } from '../../../src/cortex/client.js';
import type { ListRequest } from '../../../src/cortex/client.js';
import type { JsonObject } from '../../../src/cortex/json.js';
import { createLimiter } from '../../../src/cortex/limiter.js';
import { QUERY_CREDENTIALS, startQueryServer } from '../../../simulator/query/query-server.js';
import type { QueryServer, QueryServerOptions } from '../../../simulator/query/query-server.js';
import { startTenant } from '../../../simulator/tenant.js';
import type { Tenant } from '../../../simulator/tenant.js';
import { writeConfig } from '../../../simulator/write-config.js';
import type { ServiceKeys, ServiceName } from '../../../simulator/write-config.js';
import { fakeIo } from './fake-io.js';

/** Ids of the backfills that were started; no Temporal is there. */
const started = vi.hoisted((): string[] => []);
vi.mock('../../../src/cli/with-session.js', () => ({
  withSession: async (_io: object, _config: object, _options: object, work: () => Promise<void>) =>
    await work(),
}));
vi.mock('../../../src/worker/backfills.js', () => ({
  startBackfill: (_session: object, { workflowId }: { workflowId: string }) =>
    Promise.resolve(started.push(workflowId) > 0),
}));

const DAY_MS = 86_400_000;
/** Three days that ended a week ago, with 250 records of each kind. */
const FROM_MS = (Math.floor(Date.now() / DAY_MS) - 10) * DAY_MS;
const TO_MS = FROM_MS + 3 * DAY_MS;
const HISTORY = { count: 250, fromMs: FROM_MS, toMs: TO_MS - 1 };
const RANGE = [FROM_MS, TO_MS].map((ms) => new Date(ms).toISOString().slice(0, 10));

const CALLS = {
  incidents: ['v1/incidents/get_incidents', 'modification_time', 'incidents'],
  all_alerts: ['v1/alerts/get_alerts', 'creation_time', 'alerts'],
  alerts: ['v1/alerts/get_alerts_multi_events', 'server_creation_time', 'alerts'],
  audit_managements: ['v1/audits/management_logs', 'timestamp', 'data'],
} as const;
const TAGS = {
  ...{ incidents: 'edr.cortex_xdr.incidents', all_alerts: 'edr.cortex_xdr.alerts' },
  ...{ alerts: 'edr.cortex_xdr.alerts_multi' },
  audit_managements: 'edr.cortex_xdr.audit_managements',
};
type Compared = keyof typeof CALLS;

interface World {
  readonly tenant: Tenant;
  readonly devo: QueryServer;
  /** Hands the records of a service to Devo, as often as `times` says. */
  deliver: (
    service: Compared,
    times?: (index: number, record: JsonObject) => number,
  ) => Promise<void>;
  /** Hands one event to Devo; it arrived a day after the range. */
  accept: (service: Compared, event: object) => void;
  /** Runs `verify --json` and returns what it printed and what it raised. */
  verify: (
    stream: string,
    more?: { readonly repair?: boolean },
  ) => Promise<{ report: Report; code: string | undefined }>;
  readonly configFile: string;
}

interface Report {
  readonly repairs: readonly object[];
  readonly outputs: readonly {
    readonly outcome: string;
    readonly problem?: { readonly code: string };
    readonly days: readonly Readonly<Record<string, unknown>>[];
  }[];
}

async function world(
  services: Partial<Record<ServiceName, ServiceKeys>> = { audit_managements: {} },
  options: QueryServerOptions = {},
  environment?: string,
): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'verify-'));
  const tenant = await startTenant({
    history: { incidents: HISTORY, alerts: HISTORY, audit_managements: HISTORY },
    behaviour: { requestsPerSecond: 0 },
  });
  let behindMs = 0;
  const devo = await startQueryServer({ ...options, now: () => Date.now() - behindMs });
  onTestFinished(async () => {
    await Promise.all([tenant.stop(), devo.stop()]);
    rmSync(folder, { recursive: true });
  });
  const { credentials } = tenant;
  const configFile = await writeConfig({
    folder,
    inputs: [
      {
        ...{ name: 'acme', url: tenant.url, credentials, services },
        ...(environment === undefined ? {} : { environment }),
        keys: { requests_per_second: 1_000 },
      },
    ],
    outputs: [
      {
        ...{ kind: 'tcp', name: 'devo_1', port: 1 },
        beside: { verify: { address: devo.url, token: QUERY_CREDENTIALS.token } },
      },
    ],
  });
  const limiter = createLimiter([{ requests: 1_000, periodMs: 1_000 }]);
  const api = createCortexClient({ credentials, limiter, proxy: undefined });

  const accept = (service: Compared, event: object): void => {
    behindMs = Date.now() - TO_MS - DAY_MS;
    devo.accept(TAGS[service], JSON.stringify(event));
    behindMs = 0;
  };
  return {
    ...{ tenant, devo, configFile, accept },
    async deliver(service, times = () => 1) {
      const [path, timeField, rowsKey] = CALLS[service];
      const request: Omit<ListRequest, 'offset'> = {
        ...{ apiFqdn: tenant.url, path, timeField, rowsKey },
        window: { fromMs: FROM_MS, toMs: TO_MS },
      };
      const rows: Row['record'][] = [];
      for (let offset = 0; offset < HISTORY.count; offset += 100) {
        rows.push(...(await api.list({ ...request, offset })).rows);
      }
      for (const [index, row] of rows.entries()) {
        const record = row as JsonObject;
        for (let time = 0; time < times(index, record); time++) {
          accept(service, { ...record, events: null, '@devo_pulling_id': '1795899000000' });
        }
      }
    },
    async verify(stream, more = {}) {
      const io = fakeIo({ nowMs: Date.now() });
      const [from = '', to = ''] = RANGE;
      const given = { config: configFile, stream, from, to, json: true, apartMs: 1, ...more };
      const code = await runVerify(io, given).then(
        () => undefined,
        (error: unknown) => (error as { readonly code?: string }).code,
      );
      return {
        report: JSON.parse(io.printed.join('') || '{"outputs":[],"repairs":[]}') as Report,
        code,
      };
    },
  };
}

const outcomes = ({ outputs }: Report) => outputs.map(({ outcome }) => outcome);
const daysIn = ({ outputs }: Report) => outputs.flatMap(({ days }) => days);

describe('a range that Devo has whole', () => {
  it.each(['audit_managements', 'all_alerts', 'alerts'] as const)(
    'is found so by numbers alone: %s',
    async (service) => {
      const { deliver, verify, tenant } = await world({ [service]: {} });
      await deliver(service);
      const before = tenant.stats().requests;
      const { report, code } = await verify(service);
      expect(code).toBeUndefined();
      expect(outcomes(report)).toEqual(['complete']);
      expect(daysIn(report)).toHaveLength(3);
      expect(daysIn(report).every(({ by, missing }) => by === 'count' && missing === 0)).toBe(true);
      expect(daysIn(report).reduce((sum, day) => sum + Number(day.inDevo), 0)).toBe(250);
      expect(tenant.stats().requests - before).toBe(3);
    },
  );

  it('is found so where Devo keeps only the text of events', async () => {
    const { deliver, verify } = await world(undefined, { columns: 'raw' });
    await deliver('audit_managements');
    expect((await verify('audit_managements')).code).toBeUndefined();
  });

  it('has older versions of incidents as well, so each one is looked for', async () => {
    const { deliver, verify, tenant } = await world({ incidents: {} });
    await deliver('incidents');
    tenant.modify(5);
    const { report, code } = await verify('incidents');
    expect(code).toBeUndefined();
    expect(daysIn(report).every(({ by }) => by === 'record')).toBe(true);
    expect(daysIn(report).reduce((sum, day) => sum + Number(day.inCortex), 0)).toBe(245);
  });
});

describe('a record that Devo lacks', () => {
  it('is named with its day, beside what is doubled', async () => {
    const { deliver, verify } = await world();
    await deliver('audit_managements', (index) => (index === 120 ? 0 : index < 2 ? 3 : 1));
    const { report, code } = await verify('audit_managements');
    expect(code).toBe('VERIFY_MISSING');
    expect(outcomes(report)).toEqual(['missing']);
    expect(daysIn(report).map(({ missing }) => missing)).toEqual([0, 1, 0]);
    expect(daysIn(report).map(({ doubled }) => doubled)).toEqual([4, 0, 0]);
  });

  it('is sent again by a backfill of the seconds around it, only where that is asked for', async () => {
    const { deliver, verify } = await world();
    let lostMs = 0;
    await deliver('audit_managements', (index, record) => {
      if (index === 120) lostMs = Number(record.AUDIT_INSERT_TIME);
      return index === 120 ? 0 : 1;
    });
    expect((await verify('audit_managements')).code).toBe('VERIFY_MISSING');
    expect(started).toEqual([]);
    const { report, code } = await verify('audit_managements', { repair: true });
    expect(code).toBe('VERIFY_MISSING');
    const [from, to] = [lostMs - 1_000, lostMs + 1_001].map((ms) => new Date(ms).toISOString());
    const workflowId = `backfill/acme/acme/audit_managements/${from ?? ''}/${to ?? ''}`;
    expect(started).toEqual([workflowId]);
    expect(report.repairs).toEqual([{ workflowId, started: true }]);
  });

  it('is missing even where an older version of another incident makes up the number', async () => {
    const { deliver, verify, accept } = await world({ incidents: {} });
    await deliver('incidents', (index) => (index === 0 ? 0 : 1));
    accept('incidents', { incident_id: 'replaced', modification_time: FROM_MS + 5 });
    const { report, code } = await verify('incidents');
    expect(code).toBe('VERIFY_MISSING');
    const [first] = daysIn(report);
    expect(first).toMatchObject({ missing: 1, inDevo: first?.inCortex });
  });

  it('is missing even where an event of another stream in the same table has its id', async () => {
    const services = { all_alerts: {}, incidents: { include_incident_alerts: true } };
    const { deliver, verify, accept } = await world(services);
    await deliver('all_alerts', (index, record) => {
      if (index !== 7) return 1;
      accept('all_alerts', { ...record, incident_id: '1' });
      return 0;
    });
    const { report, code } = await verify('all_alerts');
    expect(code).toBe('VERIFY_MISSING');
    expect(daysIn(report).map(({ missing }) => missing)).toEqual([1, 0, 0]);
  });

  it('is not counted for one of another environment in the same table', async () => {
    const { deliver, verify } = await world(undefined, {}, 'north');
    await deliver('audit_managements');
    // No event has an environment at all, so none of them is known to be this input's.
    expect((await verify('audit_managements')).code).toBe('DEVO_QUERY_COLUMN');
  });

  it('is not missing where it comes in before the second look', async () => {
    const { deliver, configFile, accept } = await world();
    let late: object = {};
    await deliver('audit_managements', (index, record) => {
      if (index === 120) late = record;
      return index === 120 ? 0 : 1;
    });
    const io = {
      ...fakeIo({ terminal: true, nowMs: Date.now() }),
      live: () => Promise.resolve({ show, end: () => undefined }),
    };
    const looks: string[] = [];
    function show(text: string): void {
      if (!text.endsWith('waiting to look again')) return;
      looks.push(text);
      accept('audit_managements', late);
    }
    const [from = '', to = ''] = RANGE;
    const given = { config: configFile, stream: 'audit_managements', from, to, apartMs: 1 };
    await expect(runVerify(io, given)).resolves.toBeUndefined();
    expect(looks).toHaveLength(1);
  });
});

describe('what is no comparison is unknown, never missing and never complete', () => {
  it.each([
    ['unauthorized', 'DEVO_QUERY_REFUSED'],
    ['table denied', 'DEVO_QUERY_TABLE'],
    ['bad parameters', 'DEVO_QUERY_INVALID'],
    ['too many requests', 'DEVO_QUERY_LIMITED'],
  ] as const)('%s', async (trouble, expected) => {
    const { deliver, verify, devo } = await world();
    await deliver('audit_managements', (index) => index % 2);
    devo.setTrouble(trouble);
    const { report, code } = await verify('audit_managements');
    expect(code).toBe(expected);
    expect(report.outputs).toMatchObject([{ outcome: 'unknown', problem: { code: expected } }]);
  });

  it('a table without anything to tell records apart by', async () => {
    const { deliver, verify } = await world(undefined, { columns: 'none' });
    await deliver('audit_managements');
    expect((await verify('audit_managements')).code).toBe('DEVO_QUERY_COLUMN');
  });

  it('a table without one record of the API', async () => {
    const { verify, accept } = await world();
    accept('audit_managements', { AUDIT_ID: 'x', AUDIT_INSERT_TIME: FROM_MS });
    const { report, code } = await verify('audit_managements');
    expect(code).toBe('DEVO_QUERY_NO_CONTROL');
    expect(outcomes(report)).toEqual(['unknown']);
  });

  it('a tenant that refuses', async () => {
    const { deliver, verify, tenant } = await world();
    await deliver('audit_managements');
    tenant.setBehaviour({ denied: { management_logs: 403 } });
    const { report, code } = await verify('audit_managements');
    expect(code).toBe('CORTEX_FORBIDDEN');
    expect(outcomes(report)).toEqual(['unknown']);
  });
});

describe('a comparison that makes no sense is refused', () => {
  const run = async (configFile: string, more: object) =>
    await runVerify(fakeIo({ nowMs: Date.now() }), {
      ...{ config: configFile, stream: 'audit_managements', from: '2026-01-01', to: '2026-01-02' },
      ...more,
    });

  it.each([
    ['USAGE_VERIFY_STREAM', { stream: 'agent_audits' }],
    ['USAGE_VERIFY_OFF', { output: 'other' }],
    ['USAGE_VERIFY_RANGE', { from: String(Date.now() - 120_000), to: String(Date.now()) }],
    ['BACKFILL_RANGE_INVALID', { from: 'yesterday' }],
  ])('%s', async (code, more) => {
    const { configFile } = await world({ audit_managements: {}, agent_audits: {} });
    await expect(run(configFile, more)).rejects.toMatchObject({ code });
  });
});

it('a terminal shows a bar while it compares, then a table', async () => {
  const { deliver, verify, configFile } = await world();
  await deliver('audit_managements');
  await verify('audit_managements');
  const io = fakeIo({ terminal: true, nowMs: Date.now() });
  const [from = '', to = ''] = RANGE;
  await runVerify(io, { config: configFile, stream: 'audit_managements', from, to });
  expect(io.shown[0]).toMatch(/^░{30} {2}0 % {2}devo_1: Devo \d{4}-\d\d-\d\d$/);
  expect(io.printed.join('\n')).toMatch(/day \(devo_1\) +in Cortex +in Devo +missing +doubled +by/);
});

describe('what is missing is sent again', () => {
  const range = { fromMs: 0, toMs: 100_000_000 };
  const at = (timeMs: number) => ({ key: String(timeMs), timeMs });

  it('by one backfill for records that lie close together', () => {
    expect(repairWindows([5_000_000, 4_700_000, 9_000_000].map(at), range)).toEqual([
      { fromMs: 4_699_000, toMs: 5_001_000 },
      { fromMs: 8_999_000, toMs: 9_001_000 },
    ]);
  });

  it('within the range, and by no more than twenty', () => {
    expect(repairWindows([at(0), at(range.toMs)], range)).toEqual([
      { fromMs: 0, toMs: 1_000 },
      { fromMs: 99_999_000, toMs: range.toMs },
    ]);
    const many = Array.from({ length: 50 }, (_each, index) => at(index * 2_000_000 + index));
    const windows = repairWindows(many, range);
    expect(windows).toHaveLength(20);
    const covered = many.every(({ timeMs }) =>
      windows.some(({ fromMs, toMs }) => fromMs <= timeMs && timeMs <= toMs),
    );
    expect(covered).toBe(true);
  });
});

it('a range is compared by the days of UTC', () => {
  expect(daysOf({ fromMs: DAY_MS - 1, toMs: 2 * DAY_MS })).toEqual([
    { fromMs: DAY_MS - 1, toMs: DAY_MS - 1 },
    { fromMs: DAY_MS, toMs: 2 * DAY_MS - 1 },
    { fromMs: 2 * DAY_MS, toMs: 2 * DAY_MS },
  ]);
});
