import { expect, test } from 'vitest';
import type { ServiceName } from '../../src/config/model.js';
import type { BackfillProgress } from '../../src/pull/backfill.js';
import { status } from '../../src/workflows/messages.js';
import type { ServiceKeys } from '../../simulator/write-config.js';
import { measureBeside } from './beside.js';
import { connectTo } from './collector-process.js';
import { eventually } from './eventually.js';
import { faultsOf, history, NO_FAULTS, withTrial } from './trial.js';

const ALL: Readonly<Record<ServiceName, ServiceKeys>> = {
  incidents: { include_incident_alerts: true, include_incident_artifacts: true },
  alerts: {},
  all_alerts: {},
  audit_managements: {},
  agent_audits: {},
};
/** Longer than what a busy machine may hold up a pull. */
const PERIOD_SECONDS = 15;
const QUICK = { request_period_in_seconds: 5, settle_in_seconds: 1 };

test('all services of one tenant: each record arrives under its tag, once, within the quota', async () => {
  await withTrial(
    {
      tenant: {
        history: {
          incidents: history(300),
          alerts: history(1_000),
          audit_managements: history(500),
          agent_audits: history(700),
        },
        oversize: { share: 0.01, alerts: 120 },
        behaviour: { extraDataPerMinute: 0 },
      },
      services: ALL,
      everyService: QUICK,
      input: { extra_data_requests_per_minute: 120 },
    },
    async ({ simulator, until }) => {
      const reckoning = await until(({ lost }) => lost === 0);
      expect(faultsOf(reckoning)).toEqual(NO_FAULTS);
      expect(reckoning.byTag.filter(({ produced }) => produced === 0)).toEqual([]);
      expect(reckoning.byTag).toHaveLength(8);
      expect(simulator.tenant.stats().mostPerSecond).toBeLessThanOrEqual(10);
    },
  );
});

test('all streams and a backfill keep to both quotas, and incidents are not held up', async () => {
  await withTrial(
    {
      tenant: {
        history: {
          ...{ incidents: history(14), alerts: history(3_000) },
          ...{ audit_managements: history(300), agent_audits: history(300) },
        },
        production: { modifications: 1, alerts: 1 },
        behaviour: { batchReply: 'missing' },
      },
      services: { ...ALL, incidents: { include_incident_alerts: true } },
      everyService: { ...QUICK, request_period_in_seconds: PERIOD_SECONDS },
    },
    async ({ folder, simulator, until }) => {
      const { client, close } = await connectTo(folder);
      const incidents = client.workflow.getHandle('collect/cortex_xdr/simulated/incidents');
      let mostLagMs = 0;
      const upToDate = async () =>
        Date.now() - (await incidents.query(status)).watermarkMs < PERIOD_SECONDS * 1_000;
      await eventually('a first pull', async () => await upToDate().catch(() => false));
      const backfill = await client.workflow.start('backfill', {
        workflowId: 'backfill/test',
        taskQueue: 'cortex-devo',
        args: [{ service: 'alerts', from: Date.now() - 24 * 3_600_000, to: Date.now() - 1_000 }],
      });
      const measuring = measureBeside(async () => {
        const { watermarkMs } = await incidents.query(status);
        mostLagMs = Math.max(mostLagMs, Date.now() - watermarkMs);
      });
      await until(() => {
        const { byEndpoint } = simulator.tenant.stats();
        return (byEndpoint['get_incident_extra_data 200'] ?? 0) >= 14;
      });
      await measuring.end();
      const { share } = (await backfill.result()) as BackfillProgress;
      expect(share).toBe(1);
      await close();
      const { mostExtraDataPerMinute, mostPerSecond, byEndpoint } = simulator.tenant.stats();
      process.stdout.write(
        `extra-data calls in a minute: ${mostExtraDataPerMinute}, requests in a second: ${mostPerSecond}, lag of incidents: ${mostLagMs} ms\n`,
      );
      expect(mostExtraDataPerMinute).toBeLessThanOrEqual(11);
      expect(mostPerSecond).toBeLessThanOrEqual(10);
      expect(byEndpoint['get_multiple_incidents_extra_data 404']).toBe(1);
      // Two periods: the lag right before a pull is one period and its settle, and the pull takes its time.
      expect(mostLagMs).toBeLessThan(2 * PERIOD_SECONDS * 1_000 + 1_000);
    },
  );
});

test('with the batch call, 1,000 incidents take at most 15 calls plus one per oversize incident', async () => {
  await withTrial(
    {
      tenant: {
        history: { incidents: history(1_000) },
        oversize: { share: 0.003, alerts: 60 },
        behaviour: { extraDataPerMinute: 0 },
      },
      services: { incidents: { include_incident_alerts: true } },
      everyService: QUICK,
      input: { extra_data_requests_per_minute: 120 },
    },
    async ({ folder, simulator, until }) => {
      const calls = () => {
        const { byEndpoint } = simulator.tenant.stats();
        return {
          batch: byEndpoint['get_multiple_incidents_extra_data 200'] ?? 0,
          single: byEndpoint['get_incident_extra_data 200'] ?? 0,
        };
      };
      expect(faultsOf(await until(({ lost }) => lost === 0))).toEqual(NO_FAULTS);
      const first = calls();
      process.stdout.write(`1,000 incidents: ${first.batch} batch calls, ${first.single} single\n`);
      expect(first.single).toBeGreaterThan(0);
      expect(first.batch).toBeLessThanOrEqual(15);

      // Modified without a new alert: listed again, asked for no more.
      const { client, close } = await connectTo(folder);
      const handle = client.workflow.getHandle('collect/cortex_xdr/simulated/incident_alerts');
      const { totals } = await handle.query(status);
      const alertsBefore = simulator.tenant.owed('incident_alerts').length;
      simulator.tenant.modify(50);
      const grown = simulator.tenant.owed('incident_alerts').length - alertsBefore;
      const after = await until(({ lost }) => lost === 0);
      await until(() => calls().batch > first.batch);
      expect(faultsOf(after)).toEqual(NO_FAULTS);
      expect(calls().batch - first.batch).toBe(grown === 0 ? 0 : 1);
      const pulled = async () => (await handle.query(status)).totals.cycles - totals.cycles;
      await eventually('three more pulls', pulled, (cycles) => cycles >= 3);
      expect(calls().batch - first.batch).toBe(1);
      await close();
    },
  );
});
