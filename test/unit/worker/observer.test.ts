import { expect, test } from 'vitest';
import type { Confirmation, SegmentReceipt } from '../../../src/pull/receipts.js';
import { createApiWatch } from '../../../src/worker/observe/api-watch.js';
import { createMetrics } from '../../../src/worker/observe/metrics.js';
import { createObserver } from '../../../src/worker/observe/observer.js';
import { createPullLines } from '../../../src/worker/observe/pull-lines.js';
import { createSenderStats } from '../../../src/worker/observe/sender-stats.js';
import { keptLog } from './log-lines.js';
import { IDENTITY, NOW_MS, PULLED } from './stream-views.js';

const TAG = 'edr.cortex_xdr.alerts';
const BY_TAG = { [TAG]: { events: 4, bytes: 400 } };

function observing() {
  const metrics = createMetrics();
  const { log, lines } = keptLog();
  const sent = createSenderStats(['devo'], NOW_MS);
  const pulls = createPullLines(
    log,
    () => [],
    () => NOW_MS,
  );
  const observer = createObserver({ log, metrics, pulls, sent }, ['devo']);
  return { metrics, observer, sent, warnings: () => lines.filter(({ level }) => level === 'warn') };
}

const RECEIPT: SegmentReceipt = {
  segment: {
    workflowId: 'w',
    name: 's',
    hostQueue: 'q',
    bytes: 400,
    events: 4,
    crc32: 1,
    byTag: BY_TAG,
  },
  reachedNow: false,
  window: { fromMs: 1, toMs: 2 },
  counts: { requests: 2, records: 7, duplicates: 3, malformed: 1, rereads: 1 },
  newKeys: [],
  warnings: [],
};

function delivery(confirmation: Confirmation) {
  return { output: 'devo', events: 4, bytes: 400, confirmation, elapsedMs: 1_500 };
}

/** The lines of the metrics page that begin with `cortex_devo_<name>`. */
async function page(metrics: ReturnType<typeof createMetrics>, name: string): Promise<string[]> {
  const text = await metrics.registry.metrics();
  return text.split('\n').filter((line) => line.startsWith(`cortex_devo_${name}`));
}

test('counts records, duplicates, malformed by kind, and events and bytes by tag', async () => {
  const { metrics, observer } = observing();
  observer.onFetched(PULLED, RECEIPT, 2_000, { no_key: 1, not_an_object: 0 });
  const labels = 'input="tenant",stream="alerts"';
  expect(await page(metrics, 'records')).toEqual([
    `cortex_devo_records_total{${labels}} 7`,
    `cortex_devo_records_duplicate_total{${labels}} 3`,
    `cortex_devo_records_malformed_total{${labels},kind="no_key"} 1`,
    `cortex_devo_records_malformed_total{${labels},kind="not_an_object"} 0`,
  ]);
  expect(await page(metrics, 'fetched')).toEqual([
    `cortex_devo_fetched_events_total{${labels},tag="${TAG}"} 4`,
    `cortex_devo_fetched_bytes_total{${labels},tag="${TAG}"} 400`,
  ]);
  expect(await page(metrics, 'fetch_duration_seconds_sum')).toEqual([
    'cortex_devo_fetch_duration_seconds_sum{stream="alerts"} 2',
  ]);
});

test('counts what an output took, by tag and by how it confirmed', async () => {
  const { metrics, observer, sent } = observing();
  observer.onDelivered(IDENTITY, delivery('fin'), BY_TAG);
  expect(await page(metrics, 'deliver')).toEqual([
    `cortex_devo_delivered_events_total{output="devo",tag="${TAG}"} 4`,
    `cortex_devo_delivered_bytes_total{output="devo",tag="${TAG}"} 400`,
    'cortex_devo_deliveries_total{output="devo",confirmation="unconfirmed"} 0',
    'cortex_devo_deliveries_total{output="devo",confirmation="fin"} 1',
    ...(await page(metrics, 'delivery_duration_seconds')),
  ]);
  expect(sent.take(NOW_MS)).toMatchObject([{ output: 'devo', events: 4 }]);
});

test('counts failures by code', async () => {
  const { metrics, observer } = observing();
  observer.onFailed(IDENTITY, 'deliverSegment', 'DEVO_SEND_RESET');
  expect(await page(metrics, 'activity_failures_total')).toEqual([
    'cortex_devo_activity_failures_total{input="tenant",stream="alerts",activity="deliverSegment",code="DEVO_SEND_RESET"} 1',
  ]);
});

test('warns of records of an unknown shape once per stream and kind', () => {
  const { observer, warnings } = observing();
  for (const kinds of [{ no_key: 1 }, { no_key: 5 }, { no_key: 1, not_an_object: 2 }]) {
    observer.onFetched(PULLED, RECEIPT, 1, kinds);
  }
  observer.onFetched({ ...PULLED, stream: 'incidents' }, RECEIPT, 1, { no_key: 1 });
  expect(warnings().map(({ stream, kind, code }) => [stream, kind, code])).toEqual([
    ['alerts', 'no_key', 'RECORD_MALFORMED'],
    ['alerts', 'not_an_object', 'RECORD_MALFORMED'],
    ['incidents', 'no_key', 'RECORD_MALFORMED'],
  ]);
});

test('warns of an output that does not confirm once, until it confirms again', () => {
  const { observer, warnings } = observing();
  const deliver = (...confirmations: Confirmation[]) => {
    for (const confirmation of confirmations) {
      observer.onDelivered(IDENTITY, delivery(confirmation), BY_TAG);
    }
    return warnings().length;
  };
  expect(deliver('unconfirmed', 'unconfirmed', 'unconfirmed')).toBe(1);
  expect(deliver('close_notify', 'unconfirmed', 'unconfirmed')).toBe(2);
  expect(warnings()[0]).toMatchObject({ output: 'devo', code: 'DEVO_UNCONFIRMED' });
});

test('counts requests by endpoint and status, and shows the quota as it is now', async () => {
  const { metrics } = observing();
  const api = createApiWatch(metrics);
  const quota = { share: 1, waiting: 0 };
  const report = api.watch('tenant', quota as Parameters<typeof api.watch>[1]);
  for (const status of [200, 200, 429, 'network'] as const) {
    report({
      path: 'v1/alerts/get_alerts',
      status,
      elapsedMs: 250,
      waitedMs: 2_000,
      tenantNow: undefined,
    });
  }
  Object.assign(quota, { share: 0.5, waiting: 3 });
  api.refresh();
  const labels = 'input="tenant",endpoint="v1/alerts/get_alerts"';
  expect((await page(metrics, 'api_requests_total')).sort()).toEqual([
    `cortex_devo_api_requests_total{${labels},status="200"} 2`,
    `cortex_devo_api_requests_total{${labels},status="429"} 1`,
    `cortex_devo_api_requests_total{${labels},status="network"} 1`,
  ]);
  expect(await page(metrics, 'api_limiter_share_ratio')).toEqual([
    'cortex_devo_api_limiter_share_ratio{input="tenant"} 0.5',
  ]);
  expect(await page(metrics, 'api_limiter_queue')).toEqual([
    'cortex_devo_api_limiter_queue{input="tenant"} 3',
  ]);
  expect(await page(metrics, 'api_limiter_wait_seconds_sum')).toEqual([
    'cortex_devo_api_limiter_wait_seconds_sum 8',
  ]);
});
