/**
 * The test that brings about each error of the catalogue and names its code. `running` ones are met by a
 * collector at work and are looked for in its log, in `status` and in Temporal's history.
 */
export const PROOFS = {
  running: {
    'integration/every-trouble.ts': [
      ...['CORTEX_UNAUTHORIZED', 'CORTEX_NOT_LICENSED', 'CORTEX_FORBIDDEN', 'CORTEX_BAD_REQUEST'],
      ...['CORTEX_SERVER_ERROR', 'CORTEX_NETWORK_ERROR', 'CORTEX_INVALID_REPLY'],
      ...['DEVO_CONNECT_REFUSED', 'DEVO_HOST_UNKNOWN', 'DEVO_CONNECT_TIMEOUT'],
      ...['DEVO_TLS_UNTRUSTED', 'DEVO_TLS_EXPIRED', 'DEVO_TLS_HOSTNAME', 'DEVO_TLS_CLIENT_REFUSED'],
      ...['DEVO_TLS_FAILED', 'DEVO_SEND_RESET', 'DEVO_HTTP_TOKEN', 'DEVO_HTTP_STATUS'],
      ...['DEVO_FILE_FAILED', 'DEVO_CERT_MISSING', 'DEVO_CERT_UNREADABLE', 'DEVO_CERT_EXPIRED'],
    ],
    'integration/error-codes.test.ts': [
      ...['CORTEX_RATE_LIMITED', 'CORTEX_TIME_FIELD_REFUSED', 'SIGNAL_REFUSED'],
      ...['BACKFILL_REQUEST_INVALID', 'BACKFILL_STREAM_UNKNOWN', 'BACKFILL_RANGE_INVALID'],
    ],
    'integration/disk.test.ts': [
      ...['SEGMENT_DISK_FULL', 'SEGMENT_FOLDER_READONLY', 'SEGMENT_MISSING', 'SEGMENT_DAMAGED'],
    ],
    'integration/kill.test.ts': ['WORKER_RESTARTED'],
    'integration/observe.test.ts': ['HTTP_PORT_IN_USE', 'DEVO_UNCONFIRMED'],
    'integration/rsyslog.test.ts': ['DEVO_SEND_CLOSED'],
    'integration/embedded-temporal.test.ts': ['TEMPORAL_PORT_IN_USE', 'TEMPORAL_START_FAILED'],
  },
  // They end a command or a start before any stream could show them.
  atStart: {
    'integration/bad-input.test.ts': [
      ...['CONFIG_FILE_MISSING', 'CONFIG_FILE_UNREADABLE', 'CONFIG_VALUE_INVALID'],
      ...['CONFIG_START_TIME_FUTURE', 'CONFIG_TAG_INVALID', 'CONFIG_SERVICE_UNKNOWN'],
      ...['CONFIG_CERT_MISSING', 'CONFIG_OBFUSCATION_UNSUPPORTED', 'CONFIG_TEMPORAL_ENVIRONMENT'],
      ...['TEMPORAL_NAMESPACE_MISSING', 'TEMPORAL_UNREACHABLE', 'VALIDATE_FAILED'],
    ],
    'integration/apply.test.ts': ['CONFIG_TASK_QUEUE_CHANGED'],
    'unit/config/mistakes-table.ts': [
      ...['CONFIG_KEY_MISSING', 'CONFIG_NAME_INVALID', 'CONFIG_NO_INPUTS', 'CONFIG_NO_SERVICES'],
      ...['CONFIG_NO_OUTPUTS', 'CONFIG_OUTPUT_UNKNOWN'],
    ],
    'unit/config/mistakes.test.ts': ['CONFIG_INVALID'],
    'unit/config/warnings.test.ts': [
      ...['CONFIG_KEY_UNKNOWN', 'CONFIG_KEY_MISPLACED', 'CONFIG_KEYS_UNUSED'],
      'CONFIG_NOTHING_ENABLED',
    ],
    'unit/cortex/host.test.ts': ['CORTEX_HOST_INVALID'],
    'unit/worker/temporal-binary.test.ts': ['TEMPORAL_BINARY_MISSING'],
    'unit/worker/http-server.test.ts': ['HTTP_LISTEN_FAILED'],
    'unit/cli/choose-stream.test.ts': [
      ...['USAGE_STREAM_UNKNOWN', 'USAGE_INPUT_UNKNOWN', 'USAGE_INPUT_NEEDED'],
    ],
    'unit/cli/choose-backfill.test.ts': ['USAGE_BACKFILL_UNKNOWN', 'USAGE_BACKFILL_NEEDED'],
    'unit/cli/backfill-view.test.ts': ['BACKFILL_FAILED'],
    'integration/backfill-cli.test.ts': ['BACKFILL_CANCELLED', 'BACKFILL_NOT_RUNNING'],
    'unit/cli/program.test.ts': ['USAGE_START_TIME', 'RESET_DECLINED'],
    'unit/cli/demo-place.test.ts': ['USAGE_FOLDER'],
    'unit/cli/status-table.test.ts': ['STREAM_NOT_STARTED', 'STREAM_NO_ANSWER'],
    'unit/cli/checks.test.ts': ['VALIDATE_TIMEOUT'],
    'unit/cli/report-error.test.ts': ['INTERNAL'],
    'unit/simulator/simulator.test.ts': ['SIMULATOR_PORT_IN_USE'],
  },
  // Nothing that a test can do to a whole collector in a bounded time brings these about reliably.
  inParts: {
    'unit/devo/confirmation.test.ts': ['DEVO_SEND_TIMEOUT'],
    'unit/devo/http-output.test.ts': ['DEVO_FRAME_INVALID'],
    'unit/devo/local-outputs.test.ts': ['DEVO_CONSOLE_CLOSED'],
    'unit/segments/disk-trouble.test.ts': ['SEGMENT_IO'],
    'unit/worker/observer.test.ts': ['RECORD_MALFORMED'],
    'unit/errors/rare-errors.test.ts': [
      ...['HOST_GONE', 'WORKER_LOST', 'PULL_WINDOW_UNSETTLED', 'CANCELLED', 'DEVO_CONNECT_FAILED'],
      ...['CONFIG_STREAM_UNKNOWN', 'SIMULATOR_OPTION_INVALID'],
    ],
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Errors without a test that brings them about, and why. */
export const UNPROVEN: Readonly<Record<string, string>> = {
  USAGE:
    'the parser of the command line words these itself; test/unit/cli/program.test.ts shows its exit code',
  CONFIG_OUTPUT_ABSENT:
    'needs a worker with another config file than the one applied on the same host',
  DEMO_MISMATCH: 'needs a demo that loses an event, which no fault of the simulator brings about',
};
