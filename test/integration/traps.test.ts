import { expect, test } from 'vitest';
import { status } from '../../src/workflows/messages.js';
import { EVERY_SERVICE } from '../../simulator/write-config.js';
import { connectTo } from './collector-process.js';
import { eventually } from './eventually.js';
import { faultsOf, history, NO_FAULTS, withTrial } from './trial.js';

const HOUR_MS = 3_600_000;
const QUICK = { request_period_in_seconds: 3, settle_in_seconds: 1 };
const FAST_TENANT = { requestsPerSecond: 0 };
const FAST_INPUT = { requests_per_second: 100 };

test('3,000 records in one millisecond, and 25,000 in a range whose total reads 9,999, arrive once', async () => {
  const nowMs = Date.now();
  await withTrial(
    {
      tenant: {
        history: {
          audit_managements: {
            count: 25_000,
            fromMs: nowMs - 3 * HOUR_MS,
            toMs: nowMs - 2 * HOUR_MS,
            bursts: [{ count: 3_000, atMs: nowMs - 150 * 60_000 }],
          },
        },
        behaviour: FAST_TENANT,
      },
      services: { audit_managements: {} },
      everyService: QUICK,
      input: FAST_INPUT,
    },
    async ({ until }) => {
      const reckoning = await until(({ lost }) => lost === 0);
      expect(reckoning.produced).toBe(28_000);
      expect(faultsOf(reckoning)).toEqual(NO_FAULTS);
    },
  );
});

test('incidents that are modified while their pages are read arrive in their last version, each version once', async () => {
  await withTrial(
    {
      tenant: {
        history: { incidents: history(1_500) },
        behaviour: { ...FAST_TENANT, modifyWhileRead: 0.2 },
        faults: { latencyMs: 50 },
      },
      services: { incidents: {} },
      everyService: QUICK,
      input: FAST_INPUT,
    },
    async ({ simulator, until }) => {
      await until(({ received }) => received > 1_500);
      expect(simulator.tenant.stats().modifications).toBeGreaterThan(100);
      simulator.tenant.setBehaviour({ modifyWhileRead: 0 });
      expect(faultsOf(await until(({ lost }) => lost === 0))).toEqual(NO_FAULTS);
    },
  );
});

test('alerts that show later than their own time arrive once, within the lookback', async () => {
  // Minutes in the field; here as many seconds, with the lookback in the same proportion.
  await withTrial(
    {
      tenant: {
        history: { alerts: history(200) },
        production: { alerts: 20 },
        late: { share: 0.05, maxMs: 24_000 },
        behaviour: FAST_TENANT,
      },
      services: { alerts: { lookback_in_seconds: 30 } },
      everyService: QUICK,
      input: FAST_INPUT,
    },
    async ({ simulator, until }) => {
      await until(({ produced }) => produced > 1_500);
      simulator.tenant.produce({});
      await until(() => simulator.tenant.stats().hidden === 0);
      const reckoning = await until(({ lost }) => lost === 0);
      expect(faultsOf(reckoning)).toEqual(NO_FAULTS);
    },
  );
});

test('every second request fails, in five ways: nothing lost, nothing twice, no stream stopped', async () => {
  const share = 0.1;
  await withTrial(
    {
      tenant: {
        history: {
          incidents: history(150),
          alerts: history(500),
          audit_managements: history(300),
          agent_audits: history(300),
        },
        faults: {
          error500: share,
          error502: share,
          reset: share,
          truncated: share,
          errorIn200: share,
        },
        behaviour: { ...FAST_TENANT, extraDataPerMinute: 0 },
      },
      services: EVERY_SERVICE,
      everyService: QUICK,
      input: { ...FAST_INPUT, extra_data_requests_per_minute: 120 },
    },
    async ({ folder, until }) => {
      expect(faultsOf(await until(({ lost }) => lost === 0))).toEqual(NO_FAULTS);
      const { client, close } = await connectTo(folder);
      for await (const { workflowId, status: run } of client.workflow.list()) {
        expect({ workflowId, run: run.name }).toEqual({ workflowId, run: 'RUNNING' });
      }
      await close();
    },
  );
});

test('a service without licence and one without permission say so; the others do not notice', async () => {
  await withTrial(
    {
      tenant: {
        history: { alerts: history(100), audit_managements: history(100), incidents: history(100) },
        behaviour: { denied: { management_logs: 402, get_incidents: 403 } },
      },
      services: { alerts: {}, audit_managements: {}, incidents: {} },
      everyService: QUICK,
    },
    async ({ folder, collector, until }) => {
      await until(({ byTag }) => byTag.every(({ book, lost }) => book !== 'alerts' || lost === 0));
      const { client, close } = await connectTo(folder);
      const handleOf = (stream: string) =>
        client.workflow.getHandle(`collect/cortex_xdr/simulated/${stream}`);
      const failing = async (stream: string) => {
        const ask = async () => await handleOf(stream).query(status);
        return (await eventually(stream, ask, ({ state }) => state === 'failing')).fetchError?.code;
      };
      expect(await failing('audit_managements')).toBe('CORTEX_NOT_LICENSED');
      expect(await failing('incidents')).toBe('CORTEX_FORBIDDEN');
      expect((await handleOf('alerts').query(status)).fetchError).toBeNull();
      const details = await handleOf('incidents').query<string>('__temporal_workflow_metadata');
      expect(JSON.stringify(details)).toContain('CORTEX_FORBIDDEN');
      expect(collector.output()).toContain('CORTEX_NOT_LICENSED');
      expect(collector.output()).toContain('CORTEX_FORBIDDEN');
      await close();
    },
  );
});

test('a tenant that refuses server_creation_time is asked by creation_time from then on, and says so', async () => {
  await withTrial(
    {
      tenant: { history: { alerts: history(300) }, behaviour: { refuseServerCreationTime: true } },
      services: { alerts: {} },
      everyService: QUICK,
    },
    async ({ folder, simulator, until }) => {
      expect(faultsOf(await until(({ lost }) => lost === 0))).toEqual(NO_FAULTS);
      const { client, close } = await connectTo(folder);
      const handle = client.workflow.getHandle('collect/cortex_xdr/simulated/alerts');
      expect((await handle.query(status)).timeField).toBe('creation_time');
      expect(simulator.tenant.stats().byEndpoint['alerts_v1 500']).toBe(1);
      await close();
    },
  );
});
