import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.js';
import { createAuthority, writeClientCertificates } from '../../../simulator/certificates.js';
import { runSimulator, booksOf, startSimulator } from '../../../simulator/simulator.js';
import type { SimulatorOptions } from '../../../simulator/simulator.js';
import { writeConfig } from '../../../simulator/write-config.js';
import { DEFAULT_CREDENTIALS } from '../../../simulator/tenant-options.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulator-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const NOW_MS = Date.now();
function options(): SimulatorOptions {
  return {
    folder,
    tenant: {
      history: { incidents: { count: 20, fromMs: NOW_MS - 10_000, toMs: NOW_MS - 1000 } },
    },
    services: { incidents: { include_incident_alerts: true }, all_alerts: {} },
    everyService: { request_period_in_seconds: 2, settle_in_seconds: 1, lookback_in_seconds: 5 },
  };
}

describe('the config of a simulator', () => {
  it('is one that the collector takes without a warning', async () => {
    const simulator = await startSimulator(options());
    await simulator.stop();
    const { config, warnings } = loadConfig({
      file: simulator.configFile,
      env: {},
      nowMs: Date.now(),
    });
    expect(warnings).toEqual([]);
    const [input] = config.inputs;
    expect(input?.credentials).toEqual(DEFAULT_CREDENTIALS);
    expect(input?.services.map(({ service }) => service)).toEqual(['incidents', 'all_alerts']);
    expect(input?.services[0]).toMatchObject({
      apiFqdn: simulator.tenant.url,
      periodMs: 2_000,
      settleMs: 1_000,
      lookbackMs: 5_000,
      includeIncidentAlerts: true,
    });
    expect(config.outputs[0]).toMatchObject({
      type: 'devo_platform',
      port: simulator.receiver.port,
      key: join(folder, 'certs', 'domain.key'),
    });
    expect(statSync(join(folder, 'certs', 'domain.key')).mode & 0o777).toBe(0o600);
    expect(statSync(simulator.configFile).mode & 0o777).toBe(0o600);
  });

  it('may have several inputs and outputs of every kind', async () => {
    const authority = await createAuthority();
    const client = await authority.issue({ name: 'domain' });
    writeClientCertificates(join(folder, 'certs'), authority.cert, client);
    const input = (name: string) => ({
      name,
      url: 'http://127.0.0.1:1',
      credentials: DEFAULT_CREDENTIALS,
      services: { alerts: { api_version: 'v2' } },
    });
    const file = await writeConfig({
      folder,
      inputs: [input('one'), input('two')],
      outputs: [
        { kind: 'tls', name: 'devo_1', port: 1, keys: { compression: true } },
        { kind: 'tcp', name: 'relay_1', port: 2 },
        { kind: 'http', name: 'http_1', port: 3, domain: 'dom', token: 'T'.repeat(32) },
      ],
      globals: { debug: true },
    });
    const { config, warnings } = loadConfig({ file, env: {}, nowMs: Date.now() });
    expect(warnings).toEqual([]);
    expect(config.inputs.map(({ name }) => name)).toEqual(['one', 'two']);
    expect(config.outputs.map(({ type }) => type)).toEqual(['devo_platform', 'syslog', 'http']);
  });
});

describe('a simulator', () => {
  it('reckons over its control endpoint, the books of its services alone', async () => {
    const simulator = await startSimulator(options());
    const keys = (name: string): Buffer => readFileSync(join(folder, 'certs', name));
    const socket = connect({
      host: '127.0.0.1',
      port: simulator.receiver.port,
      ca: keys('chain.crt'),
      cert: keys('domain.crt'),
      key: keys('domain.key'),
    });
    const [identity = ''] = simulator.tenant.owed('incidents');
    const [id, modificationMs] = identity.split('@');
    socket.resume();
    socket.end(
      `<14>Jan  1 00:00:00 h edr.cortex_xdr.incidents: {"incident_id":"${id ?? ''}","modification_time":${modificationMs ?? ''},"@devo_pulling_id":"1760000000000"}\n`,
    );
    await once(socket, 'end');
    const response = await fetch(`${simulator.tenant.url}/simulator/reckoning`);
    const reckoning = (await response.json()) as { byTag: { book: string }[] };
    expect(reckoning.byTag[0]).toMatchObject({ book: 'incidents', received: 1, lost: 19 });
    expect(reckoning.byTag.map(({ book }) => book)).toEqual([
      'incidents',
      'incident_alerts',
      'all_alerts',
    ]);
    await simulator.stop();
  });

  it('steers its receiver over the control endpoint', async () => {
    const simulator = await startSimulator(options());
    const post = async (mode: unknown): Promise<Response> =>
      fetch(`${simulator.tenant.url}/simulator/receiver`, {
        method: 'POST',
        body: JSON.stringify(mode),
      });
    expect((await post({ kind: 'refuse' })).status).toBe(200);
    const socket = connect({ host: '127.0.0.1', port: simulator.receiver.port });
    await expect(once(socket, 'secureConnect')).rejects.toThrow('ECONNREFUSED');
    expect((await post({ kind: 'slow', bytesPerSecond: 10 })).status).toBe(200);
    await simulator.stop();
  });

  it('says which port is taken and stops what it had started', async () => {
    const first = await startSimulator(options());
    await expect(
      startSimulator({ ...options(), tenant: { port: first.tenant.port } }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await first.stop();
  });

  it('prints addresses first and the reckoning last', async () => {
    const lines: string[] = [];
    const until = AbortSignal.abort();
    const { lost } = await runSimulator({
      ...options(),
      until,
      print: (line) => lines.push(line),
    });
    expect(lines[0]).toMatch(/^tenant {4}http:\/\/127\.0\.0\.1:\d+$/);
    expect(lines.at(-1)).toMatch(/^produced \d+, received 0, lost \d+, duplicated 0$/);
    expect(lost).toBeGreaterThan(20);
  });

  it('knows which books a set of services fills', () => {
    expect(booksOf({ alerts: {} })).toEqual(['alerts', 'alert_events']);
    expect(booksOf({ alerts: { api_version: 'v2' } })).toEqual(['alerts']);
    expect(
      booksOf({ incidents: { include_incident_alerts: 'true', include_incident_artifacts: true } }),
    ).toEqual(['incidents', 'incident_alerts', 'incident_artifacts']);
  });
});
