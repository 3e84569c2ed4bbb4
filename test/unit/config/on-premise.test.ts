import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.js';
import { configFolder, load, NOW_MS } from './config-folder.js';

const ON_PREMISE = `
globals:
  debug: "true"
  id: 00123
  name: col_1
  persistence: {type: filesystem, config: {directory_name: state}}
  queue_max_size_in_mb: 1024
  sender_stats_period_in_sec: "300"
  temporal: {address: "temporal.example.com:7233", namespace: team, task_queue_prefix: edr, ui_port: 8300}
  http: [{host: 127.0.0.1, port: 9000}, {host: "::1", port: "9001"}]
outputs:
  devo_1:
    type: devo_platform
    config:
      address: collector-eu.devo.io
      port: "443"
      type: SSL
      chain: chain.crt
      cert: domain.crt
      key: certs/domain.key
      connecting_retries: 3
      connecting_max_wait_in_seconds: 30
      sending_timeout: 7
      verify_hostname: no
      server_name: relay.example.com
      compression: on
  relay_1: {type: in_house_relay, config: {address: 192.0.2.7, port: 13000, concurrent_connections: 1}}
  sidecar_1: {type: sidecar, config: {address: sidecar, port: 601}}
  http_1: {type: http, config: {address: http-eu.devo.io/, domain: dom, token: token1}}
  console_1: {type: stdout}
  file_1: {type: file, config: {path: out/events.log}}
inputs:
  cortex_xdr:
    id: 012345
    enabled: "true"
    environment: production
    proxy: http://proxy.example.com:3128
    requests_per_second: "5"
    requests_limits: [{period: 1m, number_of_requests: "100"}, {period: 1d, number_of_requests: -1}]
    credentials: {api_key: abcDEF123, api_key_id: 7, auth_type: Advanced}
    services:
      incidents:
        api_fqdn: https://api-tenant.xdr.eu.example.com/
        request_period_in_seconds: "60.9"
        start_time: 2026-02-01T00:00:00Z
        include_incident_alerts: "true"
        override_devo_tag: my.app.incidents
        override_incident_alert_tag: my.app.alerts
        alerts_limit: 500
      alerts: {api_fqdn: tenant.xdr.eu.example.com, time_field: creation_time, override_devo_event_tag: my.app.events}
      all_alerts: {api_fqdn: tenant.xdr.eu.example.com, start_time: 2026-02-01, requests_per_second: 2}
      audit_managements: {api_fqdn: tenant.xdr.eu.example.com, settle_in_seconds: 5, lookback_in_seconds: 0}
`;

describe('an on-premise file', () => {
  it('is read whole: names resolved, defaults filled in, times in ms', () => {
    const root = configFolder({ 'config/config.yaml': ON_PREMISE });
    const { config, warnings } = loadConfig({ cwd: root, env: {}, nowMs: NOW_MS });
    const sending = {
      connectingRetries: 5,
      connectingInitialWaitMs: 2_000,
      connectingMaxWaitMs: 60_000,
      sendingTimeoutMs: 5_000,
      sendingRetries: 5,
      sendingInitialWaitMs: 2_000,
      sendingMaxWaitMs: 60_000,
    };
    const tags = {
      event: 'edr.cortex_xdr.alerts_multi_event',
      incidentAlert: 'edr.cortex_xdr.alerts',
      incidentArtifact: 'edr.cortex_xdr.incident_artifacts',
    };
    const service = {
      apiFqdn: 'tenant.xdr.eu.example.com',
      periodMs: 300_000,
      startTimeMs: undefined,
      settleMs: 60_000,
      lookbackMs: 300_000,
      includeIncidentAlerts: false,
      includeIncidentArtifacts: false,
      alertsLimit: 1_000,
      apiVersion: 'v1',
      timeField: undefined,
    };
    const startTimeMs = Date.parse('2026-02-01T00:00:00Z');
    expect(config).toEqual({
      paths: {
        root,
        configFile: join(root, 'config/config.yaml'),
        certs: join(root, 'certs'),
        credentials: join(root, 'credentials'),
        state: join(root, 'state'),
      },
      debug: true,
      id: '00123',
      name: 'col_1',
      senderStatsPeriodMs: 300_000,
      temporal: {
        address: 'temporal.example.com:7233',
        namespace: 'team',
        taskQueuePrefix: 'edr',
        hostGoneAfterMs: 300_000,
        uiPort: 8_300,
      },
      http: [
        { host: '127.0.0.1', port: 9_000 },
        { host: '::1', port: 9_001 },
      ],
      outputs: [
        {
          name: 'devo_1',
          type: 'devo_platform',
          address: 'collector-eu.devo.io',
          port: 443,
          chain: join(root, 'certs/chain.crt'),
          cert: join(root, 'certs/domain.crt'),
          key: join(root, 'certs/domain.key'),
          verifyHostname: false,
          serverName: 'relay.example.com',
          securityLevel: 1,
          compression: true,
          confirmWaitMs: 5_000,
          sending: {
            ...sending,
            connectingRetries: 3,
            connectingMaxWaitMs: 30_000,
            sendingTimeoutMs: 7_000,
          },
        },
        {
          name: 'relay_1',
          type: 'in_house_relay',
          address: '192.0.2.7',
          port: 13_000,
          confirmWaitMs: 5_000,
          sending,
        },
        {
          name: 'sidecar_1',
          type: 'syslog',
          address: 'sidecar',
          port: 601,
          confirmWaitMs: 5_000,
          sending,
        },
        {
          name: 'http_1',
          type: 'http',
          address: 'https://http-eu.devo.io',
          domain: 'dom',
          token: 'token1',
          compression: true,
          chain: undefined,
          sending,
        },
        { name: 'console_1', type: 'console' },
        { name: 'file_1', type: 'file', path: join(root, 'out/events.log') },
      ],
      inputs: [
        {
          name: 'cortex_xdr',
          id: '012345',
          enabled: true,
          credentials: { apiKey: 'abcDEF123', apiKeyId: '7', authType: 'advanced' },
          proxy: 'http://proxy.example.com:3128',
          environment: 'production',
          extraDataPerMinute: 9,
          requestLimits: [
            { requests: 5, periodMs: 1_000 },
            { requests: 100, periodMs: 60_000 },
            { requests: 2, periodMs: 1_000 },
          ],
          services: [
            {
              ...service,
              service: 'incidents',
              apiFqdn: 'https://api-tenant.xdr.eu.example.com/',
              periodMs: 60_000,
              startTimeMs,
              includeIncidentAlerts: true,
              alertsLimit: 500,
              tags: { ...tags, main: 'my.app.incidents', incidentAlert: 'my.app.alerts' },
            },
            {
              ...service,
              service: 'alerts',
              timeField: 'creation_time',
              lookbackMs: 3_600_000,
              tags: { ...tags, main: 'edr.cortex_xdr.alerts_multi', event: 'my.app.events' },
            },
            {
              ...service,
              service: 'all_alerts',
              startTimeMs,
              lookbackMs: 3_600_000,
              tags: { ...tags, main: 'edr.cortex_xdr.alerts' },
            },
            {
              ...service,
              service: 'audit_managements',
              settleMs: 5_000,
              lookbackMs: 0,
              tags: { ...tags, main: 'edr.cortex_xdr.audit_managements' },
            },
          ],
        },
      ],
    });
    expect(warnings).toEqual([
      {
        path: 'globals.persistence',
        code: 'CONFIG_KEYS_UNUSED',
        severity: 'info',
        message:
          'accepted, not needed by this collector; so are globals.queue_max_size_in_mb, outputs.relay_1.config.concurrent_connections',
      },
    ]);
  });

  it('takes anchors and merge keys of YAML', () => {
    const { config } = load(`
outputs: {console_1: {type: console}}
inputs:
  xdr:
    id: x
    credentials: {api_key: k, api_key_id: 1}
    services:
      incidents: &common {api_fqdn: tenant.example.com, request_period_in_seconds: 10}
      alerts: {<<: *common, api_version: v2}
`);
    expect(config.inputs[0]?.services.map((each) => [each.periodMs, each.apiVersion])).toEqual([
      [10_000, 'v1'],
      [10_000, 'v2'],
    ]);
  });
});
