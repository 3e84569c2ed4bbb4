import type { OutputConfig } from './model.js';
import type { Level, Settings } from './settings.js';

/** Longest wait or timeout of an output, seconds: beyond it a stream would seem dead. */
const LONGEST_SECONDS = 3_600;

const PORT = { format: 'whole', min: 1, max: 65_535 } as const;
const WAIT = { format: 'seconds', max: LONGEST_SECONDS } as const;
const RETRIES = { format: 'whole', default: 5, min: 1, max: 10 } as const;

/** Devo's retry and timeout keys, with its defaults and ranges; each time also with `_in_seconds`. */
const SENDING = {
  connecting_retries: {
    ...RETRIES,
    doc: 'Attempts to connect before a delivery fails; within a minute at most.',
  },
  connecting_initial_wait: {
    ...WAIT,
    doc: 'Seconds before the second attempt to connect; doubles from then on.',
    default: 2,
    min: 0,
    aliases: ['connecting_initial_wait_in_seconds'],
  },
  connecting_max_wait: {
    ...WAIT,
    doc: 'Longest wait between two attempts to connect, seconds.',
    default: 60,
    min: 1,
    aliases: ['connecting_max_wait_in_seconds'],
  },
  sending_timeout: {
    ...WAIT,
    doc: 'Seconds without progress after which sending has failed.',
    default: 5,
    min: 1,
    aliases: ['sending_timeout_in_seconds'],
  },
  sending_retries: {
    ...RETRIES,
    doc: 'Attempts to send a segment before a delivery fails; within a minute at most.',
  },
  sending_initial_wait: {
    ...WAIT,
    doc: 'Seconds before a segment is sent for the second time; doubles from then on.',
    default: 2,
    min: 0,
    aliases: ['sending_initial_wait_in_seconds'],
  },
  sending_max_wait: {
    ...WAIT,
    doc: 'Longest wait before a segment is sent again, seconds.',
    default: 60,
    min: 1,
    aliases: ['sending_max_wait_in_seconds'],
  },
} as const satisfies Settings;

/** Of the outputs that have a connection's close for a confirmation. */
const CONFIRMING = {
  confirm_wait_in_seconds: {
    format: 'seconds',
    doc: 'Seconds that a receiver which has everything must keep the connection open before it is asked to close: one that drops what it took, such as a balancer without a backend, closes earlier, and the segment is sent again.',
    default: 5,
    min: 0,
    max: 60,
  },
} as const satisfies Settings;

const UNUSED = ['concurrent_connections', 'period_sender_stats_in_seconds'] as const;
const CONFIG_PATH = 'outputs.<name>.config';

export const TLS_OUTPUT = {
  path: CONFIG_PATH,
  settings: {
    address: {
      doc: 'Host of the Devo endpoint or relay.',
      format: 'host',
      default: undefined,
      required: true,
      envWithoutOutputs: 'DEVO_ADDRESS',
    },
    port: { ...PORT, doc: 'Port.', default: 443, envWithoutOutputs: 'DEVO_PORT' },
    type: {
      doc: 'Transport; always TLS.',
      format: 'choice',
      values: ['ssl', 'tls'],
      default: 'ssl',
    },
    chain: {
      doc: 'PEM file with the CA chain; a bare name lies in certs/.',
      format: 'file',
      default: 'chain.crt',
      envWithoutOutputs: 'DEVO_CHAIN',
    },
    cert: {
      doc: 'PEM file with the client certificate; a bare name lies in certs/.',
      format: 'file',
      default: undefined,
      required: true,
      envWithoutOutputs: 'DEVO_CERT',
    },
    key: {
      doc: 'PEM file with the private key of the certificate; a bare name lies in certs/.',
      format: 'file',
      default: undefined,
      required: true,
      envWithoutOutputs: 'DEVO_KEY',
    },
    verify_hostname: {
      doc: 'Whether the name in the server’s certificate has to match.',
      format: 'flag',
      default: true,
    },
    server_name: {
      doc: 'Name asked for by SNI and expected in the certificate.',
      format: 'host',
      default: undefined,
      defaultText: 'the address',
    },
    security_level: {
      format: 'whole',
      doc: 'What OpenSSL demands of certificates and ciphers: 0 takes those of old domains that are signed with SHA-1.',
      default: 1,
      min: 0,
      max: 2,
    },
    compression: { doc: 'Sends events compressed (gzip).', format: 'flag', default: false },
    ...CONFIRMING,
    ...SENDING,
  },
  nested: [],
  unused: UNUSED,
  refused: {},
} as const satisfies Level;

export const TCP_OUTPUT = {
  path: CONFIG_PATH,
  settings: {
    address: {
      doc: 'Host name or IP address.',
      format: 'host',
      default: undefined,
      required: true,
    },
    port: { ...PORT, doc: 'Port.', default: undefined, required: true },
    type: { doc: 'Transport; always TCP.', format: 'choice', values: ['tcp'], default: 'tcp' },
    ...CONFIRMING,
    ...SENDING,
  },
  nested: [],
  unused: UNUSED,
  refused: {},
} as const satisfies Level;

export const HTTP_OUTPUT = {
  path: CONFIG_PATH,
  settings: {
    address: {
      doc: 'Devo’s HTTP endpoint; plain http for loopback addresses alone.',
      format: 'https url',
      default: undefined,
      required: true,
      envWithoutOutputs: 'DEVO_HTTP_ADDRESS',
    },
    domain: {
      doc: 'Devo domain.',
      format: 'url part',
      default: undefined,
      required: true,
      envWithoutOutputs: 'DEVO_HTTP_DOMAIN',
    },
    token: {
      doc: 'HTTP ingestion token, allowed for the tables of all tags.',
      format: 'url part',
      default: undefined,
      required: true,
      sensitive: true,
      env: 'DEVO_HTTP_TOKEN',
    },
    compression: { doc: 'Sends bodies compressed (gzip).', format: 'flag', default: true },
    chain: {
      doc: 'PEM file with the server’s CA, where it is not a public one; a bare name lies in certs/.',
      format: 'file',
      default: undefined,
    },
    ...SENDING,
  },
  nested: [],
  unused: UNUSED,
  refused: {},
} as const satisfies Level;

export const FILE_OUTPUT = {
  path: CONFIG_PATH,
  settings: {
    path: {
      doc: 'File that events are appended to; a relative one lies beside config/.',
      format: 'file',
      default: undefined,
      required: true,
    },
  },
  nested: [],
  unused: [],
  refused: {},
} as const satisfies Level;

export const CONSOLE_OUTPUT = {
  path: CONFIG_PATH,
  settings: {},
  nested: [],
  unused: UNUSED,
  refused: {},
} as const satisfies Level;

/** The level that holds the keys of `config`, by output type. */
export const OUTPUT_LEVELS = {
  devo_platform: TLS_OUTPUT,
  relay: TLS_OUTPUT,
  syslog: TCP_OUTPUT,
  in_house_relay: TCP_OUTPUT,
  http: HTTP_OUTPUT,
  console: CONSOLE_OUTPUT,
  file: FILE_OUTPUT,
} as const satisfies Readonly<Record<OutputConfig['type'], Level>>;

export const VERIFY = {
  path: 'outputs.<name>.verify',
  settings: {
    address: {
      doc: 'Devo’s Query API, for example https://apiv2-eu.devo.com; plain http for loopback addresses alone.',
      format: 'https url',
      default: undefined,
      required: true,
      envWithoutOutputs: 'DEVO_QUERY_ADDRESS',
    },
    token: {
      doc: 'Token that may query the tables of all tags.',
      format: 'secret',
      default: undefined,
      sensitive: true,
      env: 'DEVO_QUERY_TOKEN',
    },
    key: {
      doc: 'API key, in place of a token.',
      format: 'secret',
      default: undefined,
      sensitive: true,
      env: 'DEVO_QUERY_KEY',
    },
    secret: {
      doc: 'Secret of the API key.',
      format: 'secret',
      default: undefined,
      sensitive: true,
      env: 'DEVO_QUERY_SECRET',
    },
  },
  nested: [],
  unused: [],
  refused: {},
} as const satisfies Level;

export const OUTPUT = {
  path: 'outputs.<name>',
  settings: {
    type: {
      doc: 'Kind of destination; sidecar is read as syslog, stdout as console.',
      format: 'choice',
      values: [
        'devo_platform',
        'relay',
        'syslog',
        'in_house_relay',
        'sidecar',
        'http',
        'console',
        'stdout',
        'file',
      ],
      default: undefined,
      required: true,
      code: 'CONFIG_OUTPUT_UNKNOWN',
    },
    verify_after_in_seconds: {
      doc: 'Where `verify` is set: seconds from the end of a pull until Devo is first asked for its events.',
      format: 'seconds',
      default: 900,
      min: 1,
      max: 86_400,
    },
    verify_pulling_id_column: {
      doc: 'Where `verify` is set: the column that Devo keeps `@devo_pulling_id` in.',
      format: 'column',
      default: undefined,
      defaultText: 'found by asking for the columns of the table',
    },
  },
  nested: ['config', 'verify'],
  unused: [],
  refused: {},
} as const satisfies Level;
