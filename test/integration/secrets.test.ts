import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFailed, test } from 'vitest';
import { listen } from '../../simulator/net.js';
import { startReceiver } from '../../simulator/receiver.js';
import { EVERY_SERVICE } from '../../simulator/write-config.js';
import { changeConfig } from './change-config.js';
import { runCli } from './cli-process.js';
import { connectTo, startUp } from './collector-process.js';
import { logLines, openPlace, until } from './collecting.js';
import { history } from './trial.js';

const TENANT = {
  apiKey: 'MarkedApiKey0123456789',
  apiKeyId: 'MarkedApiKeyId0123456789',
  authType: 'advanced',
} as const;
const HTTP_OUTPUT = { domain: 'simulated', token: 'MarkedToken0123456789' };
const WRONG_TOKEN = 'MarkedWrongToken0123456789';
const PROXY_PASSWORD = 'MarkedProxyPassword0123456789';
/** Values and names of fields that only events hold. */
const EVENT_MARKS = ['incident_sources', 'actor_process_command_line', 'AUDIT_OWNER_EMAIL'];

/** A proxy that turns every login down; how many brought the password. */
async function startProxy() {
  let logins = 0;
  const server = createServer();
  server.on('connect', ({ headers }, socket) => {
    const login = Buffer.from(
      (headers['proxy-authorization'] ?? '').slice('Basic '.length),
      'base64',
    );
    if (login.includes(PROXY_PASSWORD)) logins += 1;
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
  });
  const port = await listen(server, 0);
  return { port, logins: () => logins, stop: () => server.close() };
}

/** Adds outputs that take and that refuse, and an input behind the proxy, as an operator would write them. */
function addTrouble(file: string, httpPort: number, proxyPort: number): void {
  const http = {
    type: 'http',
    config: { address: `http://127.0.0.1:${httpPort}`, ...HTTP_OUTPUT },
  };
  changeConfig(file, ({ inputs, outputs }) => {
    outputs.devo_http = http;
    outputs.devo_refusing = { type: 'http', config: { ...http.config, token: WRONG_TOKEN } };
    inputs.behind_proxy = {
      id: 'behind_proxy',
      enabled: true,
      credentials: { api_key: TENANT.apiKey, api_key_id: TENANT.apiKeyId, auth_type: 'advanced' },
      proxy: `http://operator:${PROXY_PASSWORD}@127.0.0.1:${proxyPort}`,
      services: { incidents: { api_fqdn: 'tenant.invalid', request_period_in_seconds: 2 } },
    };
  });
}

/** Every file below the state folder but the segments, which hold events by their nature. */
function stateFiles(stateDir: string): Map<string, string> {
  const files = readdirSync(stateDir, { recursive: true, withFileTypes: true });
  return new Map(
    files
      .filter((file) => file.isFile() && !file.name.endsWith('.seg'))
      .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'latin1')]),
  );
}

test('nothing that a collector shows or keeps holds a key, a token, a password or an event', async () => {
  const http = await startReceiver({ transport: { kind: 'http', ...HTTP_OUTPUT } });
  const proxy = await startProxy();
  const place = await openPlace({
    incidents: 0,
    services: EVERY_SERVICE,
    // Its own quota would make the alerts of incidents the last by far.
    input: { extra_data_requests_per_minute: 120 },
    tenant: {
      credentials: TENANT,
      history: {
        ...{ incidents: history(10), alerts: history(20) },
        ...{ audit_managements: history(20), agent_audits: history(20) },
      },
      behaviour: { requestsPerSecond: 0, extraDataPerMinute: 0, denied: { agents_reports: 403 } },
      faults: { error500: 0.05, truncated: 0.05, errorIn200: 0.05 },
    },
    globals: { debug: true },
  });
  const { configFile, receiver } = place.simulator;
  addTrouble(configFile, http.port, proxy.port);
  const collector = startUp(configFile);
  onTestFailed(() => void process.stdout.write(collector.output().slice(-6_000)));
  let temporal: Awaited<ReturnType<typeof connectTo>> | undefined;
  try {
    temporal = await connectTo(place.folder);
    const { workflow } = temporal.client;
    for (const code of ['CORTEX_FORBIDDEN', 'CORTEX_NETWORK_ERROR', 'DEVO_HTTP_TOKEN']) {
      await until(code, collector, () => logLines(collector, `"code":"${code}"`) > 0);
    }
    await until('events of every kind', collector, () => {
      const { byTag } = place.simulator.reckoning();
      return byTag.every(({ book, lost }) => book === 'agent_audits' || lost === 0);
    });
    await receiver.setMode({ kind: 'refuse' });
    place.simulator.tenant.modify(5);
    const refused = '"code":"DEVO_CONNECT_REFUSED"';
    await until('a refusal', collector, () => logLines(collector, refused) > 0);

    const shown = new Map<string, string>();
    for (const path of ['/metrics', '/readyz', '/healthz']) {
      const [, url = ''] = /"urls":\["([^"]+)"/.exec(collector.output()) ?? [];
      shown.set(path, await (await fetch(`${url}${path}`)).text());
    }
    for (const args of [['status'], ['status', '--json']]) {
      const { stdout, stderr } = await runCli([...args, '--config', configFile]);
      shown.set(args.join(' '), stdout + stderr);
    }
    for await (const { workflowId, memo, typedSearchAttributes } of workflow.list()) {
      const handle = workflow.getHandle(workflowId);
      const details = await handle.query<unknown>('__temporal_workflow_metadata');
      const { raw } = await handle.describe();
      shown.set(workflowId, JSON.stringify({ memo, typedSearchAttributes, details, raw }));
    }
    expect([...shown.keys()].filter((key) => key.startsWith('collect/'))).toHaveLength(7);
    expect(await collector.stop()).toBe(0);
    shown.set('the log', collector.output());
    for (const [name, text] of stateFiles(join(place.folder, 'state'))) shown.set(name, text);

    expect(proxy.logins()).toBeGreaterThan(0);
    expect(shown.get('the log')).toContain('"level":"debug"');
    const kept = [...shown].filter(([place]) => place.startsWith('temporal.sqlite'));
    expect(kept.map(([, text]) => text).join('')).toContain('DEVO_HTTP_TOKEN');
    const [, ...keyLines] = readFileSync(join(place.folder, 'certs', 'domain.key'), 'utf8')
      .trim()
      .split('\n');
    const secrets = [
      ...[TENANT.apiKey, TENANT.apiKeyId, HTTP_OUTPUT.token, WRONG_TOKEN, PROXY_PASSWORD],
      ...['PRIVATE KEY', ...keyLines.slice(0, -1)],
      ...EVENT_MARKS,
    ];
    const found = [...shown].flatMap(([place, text]) =>
      secrets.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${place}`),
    );
    expect(found).toEqual([]);
    const bytes = [...shown.values()].reduce((sum, { length }) => sum + length, 0);
    process.stdout.write(
      `${secrets.length} marks in none of ${shown.size} places, ${bytes} bytes\n`,
    );
  } finally {
    await temporal?.close();
    await collector.stop();
    await place.close();
    await http.stop();
    proxy.stop();
  }
});
