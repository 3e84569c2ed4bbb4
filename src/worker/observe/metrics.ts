import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/*
 * No histogram has the label `input`: each of its series counts a dozen times, and there may be hundreds of tenants.
 */

/** Seconds: from a cached page to a page of alerts with many events, up to near the client's deadline of 120 s. */
const REQUEST_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 90];
/** Seconds: from no wait to the longest pause after a 429. */
const WAIT_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];
/** Seconds: from a segment of a few events to 5,000 rows at a slow API or a slow receiver. */
const SEGMENT_BUCKETS = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800];
/** Gauges that the library names like counters, which Prometheus's own linter refuses. */
const MISNAMED_DEFAULTS = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** What one process counts as it works; `docs/metrics.md` says what each means. */
export type CollectorMetrics = ReturnType<typeof createMetrics>;

/** Makes the registry with every counter and histogram of the activities and of the process. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED_DEFAULTS) registry.removeSingleMetric(name);

  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: `cortex_devo_${name}`, help, labelNames, registers: [registry] });
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Gauge({ name: `cortex_devo_${name}`, help, labelNames, registers: [registry] });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    buckets: number[],
  ) =>
    new Histogram({
      name: `cortex_devo_${name}`,
      help,
      labelNames,
      buckets,
      registers: [registry],
    });

  return {
    registry,
    buildInfo: gauge('build_info', 'Always 1; the label says which version runs.', ['version']),
    apiRequests: counter(
      'api_requests_total',
      'Requests to the Cortex XDR API by HTTP status; network: no whole reply came.',
      ['input', 'endpoint', 'status'],
    ),
    apiRequestDuration: histogram(
      'api_request_duration_seconds',
      'Time from sending a request to the last byte of its reply.',
      ['endpoint'],
      REQUEST_BUCKETS,
    ),
    apiLimiterWait: histogram(
      'api_limiter_wait_seconds',
      'Time that requests waited for their turn in the quota of their input.',
      [],
      WAIT_BUCKETS,
    ),
    apiLimiterShare: gauge(
      'api_limiter_share_ratio',
      'Share of the configured request rate in force: 1, or less after a 429.',
      ['input'],
    ),
    apiLimiterQueue: gauge('api_limiter_queue', 'Requests that wait for their turn.', ['input']),
    hostClockAhead: gauge(
      'host_clock_ahead_seconds',
      "How far this host's clock is ahead of the tenant's; negative: behind. 0: no difference that can be seen.",
      ['input'],
    ),
    records: counter('records_total', 'Records in the windows read, known ones included.', [
      'input',
      'stream',
    ]),
    duplicates: counter(
      'records_duplicate_total',
      'Records left out because they had been delivered before.',
      ['input', 'stream'],
    ),
    malformed: counter(
      'records_malformed_total',
      'Records that are not what their service expects; they go out as they came.',
      ['input', 'stream', 'kind'],
    ),
    rereads: counter('rereads_total', 'Pages read again because rows moved while they were read.', [
      'input',
      'stream',
    ]),
    fetchDuration: histogram(
      'fetch_duration_seconds',
      'Time to read one window into one segment.',
      ['stream'],
      SEGMENT_BUCKETS,
    ),
    fetchedEvents: counter('fetched_events_total', 'Events written to segments.', [
      'input',
      'stream',
      'tag',
    ]),
    fetchedBytes: counter('fetched_bytes_total', 'Bytes of the frames written to segments.', [
      'input',
      'stream',
      'tag',
    ]),
    deliveredEvents: counter('delivered_events_total', 'Events that an output took.', [
      'output',
      'tag',
    ]),
    deliveredBytes: counter(
      'delivered_bytes_total',
      'Bytes of the frames that an output took, before compression.',
      ['output', 'tag'],
    ),
    deliveries: counter('deliveries_total', 'Segments that an output took, by how it confirmed.', [
      'output',
      'confirmation',
    ]),
    deliveryDuration: histogram(
      'delivery_duration_seconds',
      'Time to send one segment and have it confirmed.',
      ['output'],
      SEGMENT_BUCKETS,
    ),
    failures: counter(
      'activity_failures_total',
      'Failed tries of activities by error code, see docs/troubleshooting.md.',
      ['input', 'stream', 'activity', 'code'],
    ),
    temporalReachable: gauge(
      'temporal_reachable',
      '1 if Temporal answered when it was asked last, else 0.',
      [],
    ),
    workerPolling: gauge('worker_polling', '1 if this worker polls its task queue, else 0.', [
      'queue',
    ]),
    backlogSegments: gauge('segment_backlog_files', 'Segments on the disk of this host.', []),
    backlogBytes: gauge('segment_backlog_bytes', 'Bytes of the segments on this host.', []),
    streamUp: gauge('stream_up', '1 if the stream answered when it was asked last, else 0.', [
      'input',
      'stream',
    ]),
    streamState: gauge('stream_state', '1 for the state that the stream is in, 0 for the others.', [
      'input',
      'stream',
      'state',
    ]),
    streamLag: gauge(
      'stream_lag_seconds',
      'Age of the watermark: everything older is confirmed by every output.',
      ['input', 'stream'],
    ),
    streamCheckpointAge: gauge(
      'stream_checkpoint_age_seconds',
      'Time since this process last saw the watermark move.',
      ['input', 'stream'],
    ),
    streamPeriod: gauge('stream_period_seconds', 'Configured time between two pulls.', [
      'input',
      'stream',
    ]),
    streamLastSuccess: gauge(
      'stream_last_success_timestamp_seconds',
      'When a pull cycle last ended with the data up to date, as far as this process knows.',
      ['input', 'stream'],
    ),
    streamPending: gauge(
      'stream_pending_segments',
      'Fetched segments that an output has not confirmed yet.',
      ['input', 'stream', 'output'],
    ),
    streamOwed: gauge(
      'stream_owed',
      'Windows and incidents left out of the watermark, which are read again; no series where there are none.',
      ['input', 'stream', 'reason'],
    ),
    streamErrors: gauge(
      'stream_error_failures',
      'Failures in a row of the error in force; no series where there is none. An empty output: fetching.',
      ['input', 'stream', 'output', 'code'],
    ),
  };
}
