import { configWith, GOOD_INPUT, GOOD_SERVICE } from './config-folder.js';

const XDR = 'inputs.xdr';
const INCIDENTS = `${XDR}.services.incidents`;
const DEVO = 'outputs.devo.config';

/** A good config with these keys at its one service. */
export function withService(keys: object) {
  return configWith({ service: keys });
}

/** A config, and the code and path of its one mistake. */
export const MISTAKES: readonly [config: unknown, code: string, path: string][] = [
  // globals
  [configWith({ globals: { debug: 'maybe' } }), 'CONFIG_VALUE_INVALID', 'globals.debug'],
  [configWith({ globals: { name: 'a b' } }), 'CONFIG_NAME_INVALID', 'globals.name'],
  [
    configWith({ globals: { sender_stats_period_in_sec: 59 } }),
    'CONFIG_VALUE_INVALID',
    'globals.sender_stats_period_in_sec',
  ],
  [configWith({ globals: 'debug' }), 'CONFIG_VALUE_INVALID', 'globals'],
  [
    configWith({ globals: { temporal: { address: 'localhost' } } }),
    'CONFIG_VALUE_INVALID',
    'globals.temporal.address',
  ],
  [
    configWith({ globals: { temporal: { address: 'localhost:70000' } } }),
    'CONFIG_VALUE_INVALID',
    'globals.temporal.address',
  ],
  [
    configWith({ globals: { temporal: { task_queue_prefix: 'a/b' } } }),
    'CONFIG_NAME_INVALID',
    'globals.temporal.task_queue_prefix',
  ],
  [
    configWith({ globals: { http: { port: 65_536 } } }),
    'CONFIG_VALUE_INVALID',
    'globals.http.port',
  ],
  [
    configWith({ globals: { http: [{ port: 1 }, { host: 'a/b' }] } }),
    'CONFIG_VALUE_INVALID',
    'globals.http[1].host',
  ],
  [configWith({ globals: { http: [{}, {}, {}] } }), 'CONFIG_VALUE_INVALID', 'globals.http'],
  // inputs
  [{ ...configWith({}), inputs: undefined }, 'CONFIG_NO_INPUTS', 'inputs'],
  [{ ...configWith({}), inputs: {} }, 'CONFIG_NO_INPUTS', 'inputs'],
  [{ ...configWith({}), inputs: [] }, 'CONFIG_VALUE_INVALID', 'inputs'],
  [{ ...configWith({}), inputs: { 'a/b': GOOD_INPUT } }, 'CONFIG_NAME_INVALID', 'inputs.a/b'],
  [configWith({ input: { id: undefined } }), 'CONFIG_KEY_MISSING', `${XDR}.id`],
  [configWith({ input: { id: 'a/b' } }), 'CONFIG_NAME_INVALID', `${XDR}.id`],
  [configWith({ input: { id: ['a'] } }), 'CONFIG_NAME_INVALID', `${XDR}.id`],
  [configWith({ input: { enabled: 2 } }), 'CONFIG_VALUE_INVALID', `${XDR}.enabled`],
  [configWith({ input: { proxy: 'socks://x' } }), 'CONFIG_VALUE_INVALID', `${XDR}.proxy`],
  [
    configWith({ input: { requests_per_second: 0 } }),
    'CONFIG_VALUE_INVALID',
    `${XDR}.requests_per_second`,
  ],
  [
    configWith({ input: { requests_per_second: '2.5' } }),
    'CONFIG_VALUE_INVALID',
    `${XDR}.requests_per_second`,
  ],
  [
    configWith({ input: { requests_limits: {} } }),
    'CONFIG_VALUE_INVALID',
    `${XDR}.requests_limits`,
  ],
  [
    configWith({ input: { requests_limits: [{ period: '5x', number_of_requests: 1 }] } }),
    'CONFIG_VALUE_INVALID',
    `${XDR}.requests_limits[0].period`,
  ],
  [
    configWith({ input: { requests_limits: [{ period: '0s', number_of_requests: 1 }] } }),
    'CONFIG_VALUE_INVALID',
    `${XDR}.requests_limits[0].period`,
  ],
  [
    configWith({ input: { requests_limits: [{ period: '5s', number_of_requests: 0 }] } }),
    'CONFIG_VALUE_INVALID',
    `${XDR}.requests_limits[0].number_of_requests`,
  ],
  [
    withService({ requests_limits: [{ period: '5s' }] }),
    'CONFIG_KEY_MISSING',
    `${INCIDENTS}.requests_limits[0].number_of_requests`,
  ],
  [
    configWith({ credentials: { api_key_id: 1 } }),
    'CONFIG_KEY_MISSING',
    `${XDR}.credentials.api_key`,
  ],
  [
    configWith({ credentials: { api_key: 'a b', api_key_id: 1 } }),
    'CONFIG_VALUE_INVALID',
    `${XDR}.credentials.api_key`,
  ],
  [
    configWith({ credentials: { ...GOOD_INPUT.credentials, auth_type: 'basic' } }),
    'CONFIG_VALUE_INVALID',
    `${XDR}.credentials.auth_type`,
  ],
  [configWith({ credentials: 'key' }), 'CONFIG_VALUE_INVALID', `${XDR}.credentials`],
  // services
  [configWith({ services: {} }), 'CONFIG_NO_SERVICES', `${XDR}.services`],
  [configWith({ services: 'alerts' }), 'CONFIG_VALUE_INVALID', `${XDR}.services`],
  [
    configWith({ services: { alert: GOOD_SERVICE } }),
    'CONFIG_SERVICE_UNKNOWN',
    `${XDR}.services.alert`,
  ],
  [
    configWith({ services: { constructor: GOOD_SERVICE } }),
    'CONFIG_SERVICE_UNKNOWN',
    `${XDR}.services.constructor`,
  ],
  [configWith({ services: { incidents: [] } }), 'CONFIG_VALUE_INVALID', INCIDENTS],
  [
    withService({ obfuscation_data: [{ name: ['host_name'], value: 'x' }] }),
    'CONFIG_OBFUSCATION_UNSUPPORTED',
    `${INCIDENTS}.obfuscation_data`,
  ],
  [
    withService({ obfuscation_data: true }),
    'CONFIG_OBFUSCATION_UNSUPPORTED',
    `${INCIDENTS}.obfuscation_data`,
  ],
  [withService({ api_fqdn: '' }), 'CONFIG_KEY_MISSING', `${INCIDENTS}.api_fqdn`],
  [
    withService({ api_fqdn: 'http://tenant.example.com' }),
    'CONFIG_VALUE_INVALID',
    `${INCIDENTS}.api_fqdn`,
  ],
  [withService({ api_fqdn: '{api_fqdn}' }), 'CONFIG_VALUE_INVALID', `${INCIDENTS}.api_fqdn`],
  [withService({ api_fqdn: '<tenant>' }), 'CONFIG_VALUE_INVALID', `${INCIDENTS}.api_fqdn`],
  [
    withService({ request_period_in_seconds: '0.9' }),
    'CONFIG_VALUE_INVALID',
    `${INCIDENTS}.request_period_in_seconds`,
  ],
  [
    withService({ request_period_in_seconds: '300s' }),
    'CONFIG_VALUE_INVALID',
    `${INCIDENTS}.request_period_in_seconds`,
  ],
  [
    withService({ start_time: '2030-01-01' }),
    'CONFIG_START_TIME_FUTURE',
    `${INCIDENTS}.start_time`,
  ],
  [
    withService({ start_time: '2026-03-01T00:00:01Z' }),
    'CONFIG_START_TIME_FUTURE',
    `${INCIDENTS}.start_time`,
  ],
  [withService({ start_time: '01/02/2026' }), 'CONFIG_VALUE_INVALID', `${INCIDENTS}.start_time`],
  [withService({ start_time: '2026-02-30' }), 'CONFIG_VALUE_INVALID', `${INCIDENTS}.start_time`],
  [withService({ start_time: 1_700_000_000 }), 'CONFIG_VALUE_INVALID', `${INCIDENTS}.start_time`],
  [
    withService({ settle_in_seconds: -1 }),
    'CONFIG_VALUE_INVALID',
    `${INCIDENTS}.settle_in_seconds`,
  ],
  [
    withService({ lookback_in_seconds: {} }),
    'CONFIG_VALUE_INVALID',
    `${INCIDENTS}.lookback_in_seconds`,
  ],
  [
    withService({ override_devo_tag: 'edr' }),
    'CONFIG_TAG_INVALID',
    `${INCIDENTS}.override_devo_tag`,
  ],
  [
    withService({ override_incident_alert_tag: 'my.app.täg' }),
    'CONFIG_TAG_INVALID',
    `${INCIDENTS}.override_incident_alert_tag`,
  ],
  [
    withService({ override_incident_artifact_tag: 'a.b.c.d.e.f.g' }),
    'CONFIG_TAG_INVALID',
    `${INCIDENTS}.override_incident_artifact_tag`,
  ],
  [
    withService({ override_devo_tag: `my.${'a'.repeat(1022)}` }),
    'CONFIG_TAG_INVALID',
    `${INCIDENTS}.override_devo_tag`,
  ],
  [withService({ alerts_limit: 0 }), 'CONFIG_VALUE_INVALID', `${INCIDENTS}.alerts_limit`],
  [
    withService({ include_incident_alerts: 'sometimes' }),
    'CONFIG_VALUE_INVALID',
    `${INCIDENTS}.include_incident_alerts`,
  ],
  [
    configWith({ services: { alerts: { ...GOOD_SERVICE, api_version: 'v3' } } }),
    'CONFIG_VALUE_INVALID',
    `${XDR}.services.alerts.api_version`,
  ],
  [
    configWith({ services: { alerts: { ...GOOD_SERVICE, time_field: 'time' } } }),
    'CONFIG_VALUE_INVALID',
    `${XDR}.services.alerts.time_field`,
  ],
  // outputs
  [{ ...configWith({}), outputs: undefined }, 'CONFIG_NO_OUTPUTS', 'outputs'],
  [{ ...configWith({}), outputs: {} }, 'CONFIG_NO_OUTPUTS', 'outputs'],
  [{ ...configWith({}), outputs: 'devo' }, 'CONFIG_VALUE_INVALID', 'outputs'],
  [configWith({ output: { type: 'kafka' } }), 'CONFIG_OUTPUT_UNKNOWN', 'outputs.devo.type'],
  [configWith({ output: { config: {} } }), 'CONFIG_KEY_MISSING', 'outputs.devo.type'],
  [
    { ...configWith({}), outputs: { '../x': { type: 'console' } } },
    'CONFIG_NAME_INVALID',
    'outputs.../x',
  ],
  [
    configWith({ outputConfig: { address: 'https://devo.io' } }),
    'CONFIG_VALUE_INVALID',
    `${DEVO}.address`,
  ],
  [configWith({ outputConfig: { port: 0 } }), 'CONFIG_VALUE_INVALID', `${DEVO}.port`],
  [configWith({ outputConfig: { type: 'TCP' } }), 'CONFIG_VALUE_INVALID', `${DEVO}.type`],
  [configWith({ outputConfig: { cert: null } }), 'CONFIG_KEY_MISSING', `${DEVO}.cert`],
  [configWith({ outputConfig: { key: 'none.key' } }), 'CONFIG_CERT_MISSING', `${DEVO}.key`],
  [configWith({ outputConfig: { chain: '../certs' } }), 'CONFIG_CERT_MISSING', `${DEVO}.chain`],
  [
    configWith({ outputConfig: { connecting_retries: 11 } }),
    'CONFIG_VALUE_INVALID',
    `${DEVO}.connecting_retries`,
  ],
  [
    configWith({ outputConfig: { sending_timeout_in_seconds: 0 } }),
    'CONFIG_VALUE_INVALID',
    `${DEVO}.sending_timeout`,
  ],
  [
    configWith({ output: { type: 'syslog', config: { address: '192.0.2.1' } } }),
    'CONFIG_KEY_MISSING',
    `${DEVO}.port`,
  ],
  [
    configWith({
      output: {
        type: 'http',
        config: { address: 'http://http-eu.devo.io', domain: 'd', token: 't' },
      },
    }),
    'CONFIG_VALUE_INVALID',
    `${DEVO}.address`,
  ],
  [
    configWith({
      output: { type: 'http', config: { address: 'https://http-eu.devo.io', domain: 'd' } },
    }),
    'CONFIG_KEY_MISSING',
    `${DEVO}.token`,
  ],
  [configWith({ output: { type: 'file' } }), 'CONFIG_KEY_MISSING', `${DEVO}.path`],
  [
    {
      ...configWith({}),
      outputs: {
        one: { type: 'file', config: { path: 'out/events.log' } },
        two: { type: 'file', config: { path: './out//events.log' } },
      },
    },
    'CONFIG_VALUE_INVALID',
    'outputs.two.config.path',
  ],
  [
    configWith({ globals: { http: [{ port: 9_000 }, { port: 9_000 }] } }),
    'CONFIG_VALUE_INVALID',
    'globals.http[1].port',
  ],
  // what another program was to replace
  ...['${CORTEX_KEY}', 'Bearer${X}', '$CORTEX_KEY', '{{.Values.key}}', '<api_key>'].map(
    (api_key): [unknown, string, string] => [
      configWith({ credentials: { api_key, api_key_id: '17' } }),
      'CONFIG_VALUE_UNRESOLVED',
      `${XDR}.credentials.api_key`,
    ],
  ),
  [withService({ api_fqdn: '${FQDN}' }), 'CONFIG_VALUE_UNRESOLVED', `${INCIDENTS}.api_fqdn`],
  [
    configWith({ input: { proxy: 'http://me:${PW}@proxy.example:3128' } }),
    'CONFIG_VALUE_UNRESOLVED',
    `${XDR}.proxy`,
  ],
  [
    configWith({
      output: {
        type: 'http',
        config: { address: 'https://http-eu.devo.io', domain: 'd', token: '${TOKEN}' },
      },
    }),
    'CONFIG_VALUE_UNRESOLVED',
    `${DEVO}.token`,
  ],
];
