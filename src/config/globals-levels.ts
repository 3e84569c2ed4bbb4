import type { Level } from './settings.js';

/** `globals` (on-premise file) or `global_overrides` (Collector Server). */
export const GLOBALS = {
  path: 'globals',
  settings: {
    debug: {
      doc: 'Raises the log level to debug.',
      format: 'flag',
      default: false,
      env: 'CORTEX_DEVO_DEBUG',
    },
    id: { doc: 'Identifier of this collector in logs and reports.', format: 'id', default: '1' },
    name: {
      doc: 'Name of this collector: the host of every event sent to Devo.',
      format: 'name',
      default: 'cortex_xdr',
      env: 'CORTEX_DEVO_NAME',
    },
    // 600 s by design, within the range of Devo's own key.
    sender_stats_period_in_sec: {
      doc: 'Seconds between two reports of what each output has sent.',
      format: 'seconds',
      default: 600,
      min: 60,
      max: 1_800,
    },
  },
  nested: ['temporal', 'http'],
  unused: [
    'persistence',
    'multiprocessing',
    'queue_max_size_in_mb',
    'queue_max_size_in_messages',
    'queue_max_elapsed_time_in_sec',
    'queue_wrap_max_size_in_messages',
    'queue_generate_metrics',
    'devo_sender_threshold_for_using_gzip_in_transport_layer',
    'devo_sender_compression_level',
    'devo_sender_compression_buffer_in_bytes',
    'generate_collector_details',
  ],
  refused: {},
} as const satisfies Level;

/** `globals.temporal`; the standard `TEMPORAL_*` variables win over it where the worker connects. */
export const TEMPORAL = {
  path: 'globals.temporal',
  settings: {
    address: {
      doc: 'host:port of the Temporal service; the `TEMPORAL_*` environment wins.',
      format: 'host and port',
      default: undefined,
      defaultText: 'the embedded server',
    },
    namespace: { doc: 'Temporal namespace.', format: 'name', default: 'default' },
    task_queue_prefix: {
      doc: 'First part of the names of all task queues.',
      format: 'name',
      default: 'cortex-devo',
      env: 'CORTEX_DEVO_TASK_QUEUE_PREFIX',
    },
    host_gone_after_in_seconds: {
      doc: 'Seconds without a worker on the host that has a segment, after which its window is fetched again elsewhere.',
      format: 'seconds',
      default: 300,
      min: 5,
      max: 86_400,
      env: 'CORTEX_DEVO_HOST_GONE_AFTER',
    },
    ui_port: {
      doc: 'Port of Temporal UI of the embedded server; 0: no UI.',
      format: 'whole',
      default: 8_233,
      min: 0,
      max: 65_535,
      env: 'CORTEX_DEVO_UI_PORT',
    },
  },
  nested: [],
  unused: [],
  refused: {},
} as const satisfies Level;

/** `globals.http`, or one of two in a list. */
export const HTTP_LISTENER = {
  path: 'globals.http',
  settings: {
    host: {
      doc: 'Address that health and metrics listen on; the variable, which the image sets to 0.0.0.0, serves where the file has none.',
      format: 'host',
      default: '127.0.0.1',
      env: 'CORTEX_DEVO_HTTP_HOST',
      envFills: true,
    },
    port: {
      doc: 'Port that health and metrics listen on; 0 takes a free one.',
      format: 'whole',
      default: 9_464,
      min: 0,
      max: 65_535,
      env: 'CORTEX_DEVO_HTTP_PORT',
    },
  },
  nested: [],
  unused: [],
  refused: {},
} as const satisfies Level;
