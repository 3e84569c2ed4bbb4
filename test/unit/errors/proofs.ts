/** Where a collector at work shows an error: its log, what `status` prints of its streams, Temporal UI. */
export type Place = 'log' | 'status' | 'temporal';
const EVERYWHERE: readonly Place[] = ['log', 'status', 'temporal'];

/**
 * The test that brings about each error of the catalogue and names its code. `running` ones are met by a
 * collector at work and are looked for in all three places, or in those that `SHOWN_IN_PART` says.
 */
export const PROOFS = {
  running: {
    'integration/every-trouble.ts': [
      ...['CORTEX_UNAUTHORIZED', 'CORTEX_NOT_LICENSED', 'CORTEX_FORBIDDEN', 'CORTEX_BAD_REQUEST'],
      ...['CORTEX_SERVER_ERROR', 'CORTEX_NETWORK_ERROR', 'CORTEX_INVALID_REPLY'],
      ...['DEVO_CONNECT_REFUSED', 'DEVO_HOST_UNKNOWN', 'DEVO_CONNECT_TIMEOUT'],
      ...['DEVO_TLS_UNTRUSTED', 'DEVO_TLS_EXPIRED', 'DEVO_TLS_HOSTNAME', 'DEVO_SEND_REFUSED'],
      ...['DEVO_TLS_FAILED', 'DEVO_SEND_RESET', 'DEVO_HTTP_TOKEN', 'DEVO_HTTP_STATUS'],
      ...['CORTEX_RATE_LIMITED', 'DEVO_SEND_TIMEOUT'],
      ...['DEVO_FILE_FAILED', 'DEVO_CERT_MISSING', 'DEVO_CERT_UNREADABLE', 'DEVO_CERT_EXPIRED'],
    ],
    'integration/error-codes.test.ts': [
      ...['CORTEX_TIME_FIELD_REFUSED', 'SIGNAL_REFUSED'],
      ...['BACKFILL_REQUEST_INVALID', 'BACKFILL_STREAM_UNKNOWN', 'BACKFILL_RANGE_INVALID'],
    ],
    'integration/shown-codes.test.ts': [
      ...['RECORD_MALFORMED', 'PULL_WINDOW_UNSETTLED', 'DEVO_UNCONFIRMED', 'DEVO_SEND_CLOSED'],
      ...['SEGMENT_IO', 'CONFIG_STREAM_UNKNOWN', 'CONFIG_OUTPUT_ABSENT'],
      ...['WORKER_RESTARTED', 'WORKER_LOST'],
    ],
    'integration/disk.test.ts': [
      ...['SEGMENT_DISK_FULL', 'SEGMENT_FOLDER_READONLY', 'SEGMENT_MISSING', 'SEGMENT_DAMAGED'],
    ],
    'integration/two-workers.test.ts': ['HOST_GONE'],
    'integration/clean-stop.test.ts': ['WORKER_STOPPED', 'WORKER_STOP_FORCED'],
    'integration/observe.test.ts': ['HTTP_PORT_IN_USE'],
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
      ...['CONFIG_NO_OUTPUTS', 'CONFIG_OUTPUT_UNKNOWN', 'CONFIG_VALUE_UNRESOLVED'],
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
    'unit/cli/program.test.ts': [
      ...[
        'USAGE_START_TIME',
        'RESET_DECLINED',
        'HEALTH_NO_ANSWER',
        'USAGE_CODE_UNKNOWN',
        'CONFIG_WARNINGS',
        'USAGE_STREAM_NEEDED',
      ],
    ],
    'unit/cli/demo-place.test.ts': ['USAGE_FOLDER'],
    'unit/cli/status-table.test.ts': ['STREAM_NOT_STARTED', 'STREAM_NO_ANSWER'],
    'integration/ended-stream.test.ts': ['STREAM_ENDED'],
    'unit/cli/verify.test.ts': [
      ...['USAGE_VERIFY_OFF', 'USAGE_VERIFY_STREAM', 'USAGE_VERIFY_RANGE', 'VERIFY_MISSING'],
    ],
    'unit/cli/checks.test.ts': ['VALIDATE_TIMEOUT'],
    'unit/cli/report-error.test.ts': ['INTERNAL'],
    'unit/cli/init.test.ts': ['USAGE_CONFIG_EXISTS', 'USAGE_OPTION_NEEDED'],
    'unit/worker/database-version.test.ts': ['TEMPORAL_DATABASE_NEWER'],
    'unit/cli/show-status.test.ts': ['STATUS_TROUBLE'],
    'unit/cli/reset.test.ts': ['USAGE_YES_NEEDED'],
    'unit/worker/tls-problem.test.ts': ['TEMPORAL_CA_MISSING', 'TEMPORAL_TLS_UNTRUSTED'],
    'unit/worker/state-folder.test.ts': ['STATE_FOLDER_IN_USE', 'STATE_FOLDER_UNUSABLE'],
    'integration/output.test.ts': ['OUTPUT_FAILED'],
    'unit/cli/simulator.test.ts': ['SIMULATOR_MISSING', 'SIMULATOR_PORT_IN_USE'],
  },
  // Nothing that a test can do to a whole collector in a bounded time brings these about reliably.
  inParts: {
    'unit/pull/incident-calls.test.ts': [
      ...['PULL_INCIDENTS_REFUSED', 'PULL_ALERTS_OUTSTANDING', 'PULL_ALERTS_GIVEN_UP'],
      'PULL_OWES_TOO_MUCH',
    ],
    'unit/activities/read-settled.test.ts': ['CORTEX_CLOCK_DIFFERS'],
    'unit/devo/certificate-files.test.ts': ['DEVO_CERT_WEAK'],
    'unit/devo/tls-alert.test.ts': ['DEVO_TLS_CLIENT_REFUSED'],
    'unit/worker/weak-confirmation.test.ts': ['DEVO_CONFIRM_WEAK'],
    'unit/activities/sifter.test.ts': ['RECORD_TIME_FOREIGN', 'PULL_PAGES_REPEAT'],
    'unit/pull/read-window.test.ts': ['PULL_RECORDS_ALIKE'],
    'unit/devo/http-output.test.ts': ['DEVO_FRAME_INVALID'],
    'unit/devo/query-errors.test.ts': [
      ...['DEVO_QUERY_REFUSED', 'DEVO_QUERY_TABLE', 'DEVO_QUERY_INVALID', 'DEVO_QUERY_LIMITED'],
      ...['DEVO_QUERY_FAILED', 'DEVO_QUERY_NETWORK', 'DEVO_QUERY_REPLY', 'DEVO_QUERY_TRUNCATED'],
    ],
    'unit/devo/query.test.ts': ['DEVO_QUERY_COLUMN', 'DEVO_QUERY_NO_CONTROL'],
    'unit/devo/local-outputs.test.ts': ['DEVO_CONSOLE_CLOSED'],
    'integration/requests.test.ts': [
      ...['REQUEST_REFUSED', 'STREAM_ID_FOREIGN', 'STATE_VERSION_FOREIGN'],
    ],
    'unit/errors/rare-errors.test.ts': [...['CANCELLED', 'DEVO_CONNECT_FAILED']],
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const OF_THE_PROCESS = {
  places: ['log'],
  because:
    'it is of the process before or beside the streams, and Temporal may not be there to show it',
} as const;
const OF_A_BACKFILL = {
  places: ['log', 'temporal'],
  because:
    'it ends a workflow that never began to pull; `status` shows those at work, `backfill status` names its failure',
} as const;

/** Running errors that are not shown in all three places, and why not. */
export const SHOWN_IN_PART: Readonly<
  Record<string, { readonly places: readonly Place[]; readonly because: string }>
> = {
  CORTEX_TIME_FIELD_REFUSED: {
    places: ['log', 'temporal'],
    because:
      'it is cured at once by asking by another field, which `status` shows as the time field',
  },
  BACKFILL_REQUEST_INVALID: OF_A_BACKFILL,
  BACKFILL_STREAM_UNKNOWN: OF_A_BACKFILL,
  BACKFILL_RANGE_INVALID: OF_A_BACKFILL,
  WORKER_STOPPED: {
    places: ['log', 'temporal'],
    because: 'it is no trouble of the stream: the next worker does it at once',
  },
  WORKER_STOP_FORCED: OF_THE_PROCESS,
  HTTP_PORT_IN_USE: OF_THE_PROCESS,
  TEMPORAL_PORT_IN_USE: OF_THE_PROCESS,
  TEMPORAL_START_FAILED: OF_THE_PROCESS,
};

/** Where a running error has to be found. */
export function placesOf(code: string): readonly Place[] {
  return SHOWN_IN_PART[code]?.places ?? EVERYWHERE;
}

/** Errors without a test that brings them about, and why. */
export const UNPROVEN: Readonly<Record<string, string>> = {
  USAGE:
    'the parser of the command line words these itself; test/unit/cli/program.test.ts shows its exit code',
  DEMO_MISMATCH: 'needs a demo that loses an event, which no fault of the simulator brings about',
};
