import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.js';
import { configFolder, configWith, GOOD_INPUT, load, NOW_MS } from './config-folder.js';

describe('a Collector Server file', () => {
  const server = {
    global_overrides: { debug: true },
    inputs: {
      cortex_xdr: {
        ...GOOD_INPUT,
        id: '12345',
        enabled: true,
        services: {
          incidents: {
            api_fqdn: 'tenant.xdr.eu.example.com',
            request_period_in_seconds: 300,
            start_time: '2026-01-01T00:00:00.000000Z',
            include_incident_alerts: 'true',
          },
          agent_audits: { api_fqdn: 'tenant.xdr.eu.example.com' },
        },
      },
    },
  };

  it('is read from JSON, with the output that the environment names', () => {
    const root = configFolder({ 'config/job.json': server });
    const env = {
      CONFIG_FILE: 'job.json',
      DEVO_ADDRESS: 'collector-us.devo.io',
      DEVO_CERT: 'domain.crt',
      DEVO_KEY: 'domain.key',
    };
    const { config, warnings } = loadConfig({ cwd: root, env, nowMs: NOW_MS });
    expect(warnings).toEqual([]);
    expect(config.debug).toBe(true);
    expect(config.outputs).toMatchObject([
      {
        name: 'devo_1',
        type: 'devo_platform',
        address: 'collector-us.devo.io',
        port: 443,
        chain: join(root, 'certs/chain.crt'),
      },
    ]);
    expect(config.inputs[0]?.services).toMatchObject([
      { service: 'incidents', includeIncidentAlerts: true, lookbackMs: 300_000 },
      { service: 'agent_audits', lookbackMs: 3_600_000 },
    ]);
  });

  it('may carry outputs of its own', () => {
    const { config } = load({ ...server, outputs: { console_1: { type: 'console' } } });
    expect(config.outputs).toEqual([{ name: 'console_1', type: 'console' }]);
  });
});

describe('defaults', () => {
  it('fill in a file with the required keys alone', () => {
    const { config, warnings } = load({ ...configWith({}), globals: undefined });
    expect(warnings).toEqual([]);
    expect(config).toMatchObject({
      debug: false,
      name: 'cortex_xdr',
      senderStatsPeriodMs: 600_000,
      temporal: {
        address: undefined,
        namespace: 'default',
        taskQueuePrefix: 'cortex-devo',
        hostGoneAfterMs: 300_000,
        uiPort: 8_233,
      },
      http: [{ host: '127.0.0.1', port: 9_464 }],
      outputs: [{ verifyHostname: true, compression: false, serverName: 'collector-eu.devo.io' }],
      inputs: [{ enabled: true, requestLimits: [{ requests: 10, periodMs: 1_000 }] }],
    });
  });

  it('hold for keys that are null or empty', () => {
    const { config } = load(
      configWith({
        service: { start_time: '', override_devo_tag: null, settle_in_seconds: ' ' },
      }),
    );
    expect(config.inputs[0]?.services[0]).toMatchObject({
      startTimeMs: undefined,
      settleMs: 60_000,
      tags: { main: 'edr.cortex_xdr.incidents' },
    });
  });

  it('let services share api_fqdn of their input', () => {
    const { config } = load(
      configWith({
        input: { api_fqdn: 'tenant.example.com' },
        services: { incidents: null, alerts: { api_fqdn: 'other.example.com' } },
      }),
    );
    expect(config.inputs[0]?.services.map((each) => each.apiFqdn)).toEqual([
      'tenant.example.com',
      'other.example.com',
    ]);
  });
});
