import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { PullSummary } from '../../src/pull/status.js';
import { createAuthority, writeClientCertificates } from '../../simulator/certificates.js';
import { reckon } from '../../simulator/reckoning.js';
import { startReceiver } from '../../simulator/receiver.js';
import { startTenant } from '../../simulator/tenant.js';
import type { Tenant } from '../../simulator/tenant.js';
import { writeConfig } from '../../simulator/write-config.js';
import { status } from '../../src/workflows/messages.js';
import { untilPrinted } from './cli-process.js';
import { until } from './collecting.js';
import { connectTo, startUp } from './collector-process.js';
import { history } from './trial.js';

/** A short form by default; scripts/tenants.sh sets the long one. */
const TENANTS = Number(process.env.TENANTS ?? 2);
const PERIOD_SECONDS = Number(process.env.PERIOD_SECONDS ?? 15);
const DURATION_SECONDS = Number(process.env.DURATION_SECONDS ?? 45);
/** Less than what the test has beside its duration, so that it ends with what there is to say. */
const WAIT_MOST_MS = 250_000;
const PERIOD_MS = PERIOD_SECONDS * 1_000;
const STREAMS = 5;
/** Of each kind and tenant, so that each stream has something to deliver once. */
const RECORDS = 20;
const BOOKS = ['incidents', 'alerts', 'alert_events', 'all_alerts', 'audit_managements'] as const;

interface StreamSample {
  readonly pull: PullSummary;
  readonly cycles: number;
  readonly historyLength: number;
  readonly historyBytes: number;
}

async function sample(client: Client): Promise<Map<string, StreamSample>> {
  const samples = new Map<string, StreamSample>();
  for await (const { workflowId } of client.workflow.list({
    query: `WorkflowType = 'collectService' AND ExecutionStatus = 'Running'`,
  })) {
    const handle = client.workflow.getHandle(workflowId);
    const { lastPull, totals } = await handle.query(status);
    const { historyLength, historySize } = await handle.describe();
    if (lastPull === null) continue;
    samples.set(workflowId, {
      pull: lastPull,
      // Begun ones, as `pullingId` is that of the one begun last.
      cycles: totals.cycles + (lastPull.endedMs === null ? 1 : 0),
      historyLength,
      historyBytes: historySize ?? 0,
    });
  }
  return samples;
}

/** Each event of a workflow with its time, for the one that was late. */
async function timesOf(client: Client, workflowId: string): Promise<string> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const lines = (events ?? []).map(
    ({ eventType, eventTime }) => `${Number(eventTime?.seconds ?? 0)} ${String(eventType)}`,
  );
  return `${lines.join('\n')}\n`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

/** Resident memory of another process; 0 where the system does not tell. */
function residentBytes(pid: number): number {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1_024;
  } catch {
    return 0;
  }
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
}

test(
  `${TENANTS} tenants on one worker: each with its own quota, every record once, no missed period`,
  { timeout: (DURATION_SECONDS + 600) * 1_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenants-'));
    const authority = await createAuthority();
    const receiver = await startReceiver({
      transport: {
        kind: 'tls',
        credentials: { chain: authority.cert, ...(await authority.server()) },
      },
    });
    writeClientCertificates(
      join(folder, 'certs'),
      authority.cert,
      await authority.client('simulated-domain'),
    );
    const tenants: Tenant[] = [];
    for (let at = 0; at < TENANTS; at++) {
      const kept = history(RECORDS);
      tenants.push(
        await startTenant({
          seed: at + 1,
          firstId: 1_000 + at * 10_000,
          history: { incidents: kept, alerts: kept, audit_managements: kept, agent_audits: kept },
        }),
      );
    }
    const configFile = await writeConfig({
      folder,
      inputs: tenants.map(({ url, credentials }, at) => ({
        name: `tenant_${at + 1}`,
        url,
        credentials,
        services: {
          incidents: {},
          alerts: {},
          all_alerts: {},
          audit_managements: {},
          agent_audits: {},
        },
        everyService: { request_period_in_seconds: PERIOD_SECONDS, settle_in_seconds: 1 },
      })),
      outputs: [{ kind: 'tls', name: 'devo_1', port: receiver.port }],
      globals: { temporal: { ui_port: 0 } },
    });
    const collector = startUp(configFile);
    const begunMs = Date.now();
    try {
      const [, url = ''] = await untilPrinted(collector, /"urls":\["(http:[^"]+)"/);
      const { client, close } = await connectTo(folder);
      const lost = () =>
        tenants.map((tenant) =>
          reckon(
            BOOKS.map((book) => [book, tenant.produced(book)] as const),
            receiver.received,
          ),
        );
      const isHere = () => lost().every((each) => each.lost === 0);
      await until('every record', collector, isHere, WAIT_MOST_MS);
      const caughtUpMs = Date.now();
      let before = new Map<string, StreamSample>();
      const allPulled = async () => (before = await sample(client)).size >= TENANTS * STREAMS;
      await until('a pull of each stream', collector, allPulled, WAIT_MOST_MS);

      const begun = Date.now();
      let mostRss = 0;
      while (Date.now() < begun + DURATION_SECONDS * 1_000) {
        mostRss = Math.max(mostRss, await metric(url, 'process_resident_memory_bytes'));
        await delay(Math.min(5_000, PERIOD_MS));
      }
      const after = await sample(client);

      let missed = 0;
      let cycles = 0;
      let events = 0;
      let bytes = 0;
      let mostLateMs = 0;
      let latest = '';
      for (const [id, first] of before) {
        const last = after.get(id);
        if (last === undefined) throw new Error(`${id} does not run any more`);
        const between = last.pull.pullingId - first.pull.pullingId;
        const done = last.cycles - first.cycles;
        missed += Math.max(0, Math.round(between / PERIOD_MS) - done);
        // One that stands still since more than a period has missed one too.
        if (Date.now() - last.pull.pullingId > 2 * PERIOD_MS) missed += 1;
        const lateMs = (between - done * PERIOD_MS) / Math.max(1, done);
        if (lateMs > mostLateMs) [mostLateMs, latest] = [lateMs, id];
        cycles += done;
        events += last.historyLength - first.historyLength;
        bytes += last.historyBytes - first.historyBytes;
      }
      const { pid } = JSON.parse(readFileSync(join(folder, 'state', 'temporal.json'), 'utf8')) as {
        pid: number;
      };
      const database = ['', '-wal'].map((suffix) => {
        const file = join(folder, 'state', `temporal.sqlite${suffix}`);
        return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      });
      const most = Math.max(...tenants.map((tenant) => tenant.stats().mostPerSecond));
      process.stdout.write(
        [
          `${TENANTS} tenants x ${STREAMS} streams, period ${PERIOD_SECONDS} s, ${DURATION_SECONDS} s`,
          `caught up after ${Math.round((caughtUpMs - begunMs) / 1_000)} s`,
          `pull cycles ${cycles}, missed periods ${missed}, latest cycle ${Math.round(mostLateMs)} ms behind its period (${latest})`,
          `worker ${megabytes(mostRss)} resident at most, CPU ${Math.round(await metric(url, 'process_cpu_seconds_total'))} s`,
          `Temporal ${megabytes(residentBytes(pid))} resident, database ${megabytes(database.reduce((a, b) => a + b, 0))}`,
          `history per cycle: ${(events / Math.max(1, cycles)).toFixed(1)} events, ${Math.round(bytes / Math.max(1, cycles))} bytes`,
          `most requests in a second, of any tenant: ${most}`,
          '',
        ].join('\n'),
      );
      if (missed > 0) process.stdout.write(await timesOf(client, latest));
      await close();
      expect(before.size).toBe(TENANTS * STREAMS);
      expect(missed).toBe(0);
      expect(most).toBeLessThanOrEqual(10);
      for (const reckoning of lost()) {
        expect(reckoning).toMatchObject({ lost: 0, duplicated: 0 });
      }
      expect(receiver.received).toMatchObject({ malformed: { count: 0 }, cut: 0 });
    } catch (error) {
      process.stdout.write(collector.output().slice(-4_000));
      throw error;
    } finally {
      await collector.stop();
      await Promise.all([...tenants.map((tenant) => tenant.stop()), receiver.stop()]);
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
