import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createAuthority, writeClientCertificates } from '../../simulator/certificates.js';
import { listen } from '../../simulator/net.js';
import { startReceiver } from '../../simulator/receiver.js';
import type { Receiver } from '../../simulator/receiver.js';
import { startTenant } from '../../simulator/tenant.js';
import type { Tenant } from '../../simulator/tenant.js';
import type { TenantOptions } from '../../simulator/tenant-options.js';
import { writeConfig } from '../../simulator/write-config.js';
import type { ConfigInput, ConfigOutput } from '../../simulator/write-config.js';
import { changeConfig } from './change-config.js';
import { IMPATIENT, REFUSING_PORT, uiPort } from './collecting.js';

/** The stream in which nothing is wrong, so that its events go to every output. */
export const HEALTHY = { input: 'healthy', stream: 'audit_managements' } as const;
const EVERY_SERVICE = { request_period_in_seconds: 2, settle_in_seconds: 0 };
const HTTP = { domain: 'simulated', token: 'SimulatedTokenOfNoRealDomain0123' };
const FAST = { requestsPerSecond: 0 };

/** Streams whose fetching fails, and by which code. */
export const FETCH_TROUBLE = [
  { input: 'wrong_key', stream: 'incidents', code: 'CORTEX_UNAUTHORIZED' },
  { input: 'denied', stream: 'audit_managements', code: 'CORTEX_NOT_LICENSED' },
  { input: 'denied', stream: 'incidents', code: 'CORTEX_FORBIDDEN' },
  { input: 'fixed_field', stream: 'alerts', code: 'CORTEX_BAD_REQUEST' },
  { input: 'gateway', stream: 'incidents', code: 'CORTEX_SERVER_ERROR' },
  { input: 'unreachable', stream: 'incidents', code: 'CORTEX_NETWORK_ERROR' },
  { input: 'login_page', stream: 'incidents', code: 'CORTEX_INVALID_REPLY' },
  { input: 'busy', stream: 'incidents', code: 'CORTEX_RATE_LIMITED' },
  // No stream hides behind another one that has the turn.
  { input: 'busy', stream: 'alerts', code: 'CORTEX_RATE_LIMITED' },
] as const;

/** The stream that asks by another time field once its own was refused. */
export const OLD_TENANT = { input: 'old', stream: 'alerts' } as const;

/** Outputs that take nothing, and by which code. */
export const OUTPUT_TROUBLE = {
  refused: 'DEVO_CONNECT_REFUSED',
  nowhere: 'DEVO_HOST_UNKNOWN',
  mute: 'DEVO_CONNECT_TIMEOUT',
  impostor: 'DEVO_TLS_UNTRUSTED',
  run_out: 'DEVO_TLS_EXPIRED',
  other_name: 'DEVO_TLS_HOSTNAME',
  distrustful: 'DEVO_SEND_REFUSED',
  no_tls: 'DEVO_TLS_FAILED',
  resetting: 'DEVO_SEND_RESET',
  wrong_token: 'DEVO_HTTP_TOKEN',
  unavailable: 'DEVO_HTTP_STATUS',
  silent: 'DEVO_SEND_TIMEOUT',
  no_folder: 'DEVO_FILE_FAILED',
  cert_gone: 'DEVO_CERT_MISSING',
  cert_broken: 'DEVO_CERT_UNREADABLE',
  cert_run_out: 'DEVO_CERT_EXPIRED',
} as const;

/** Tenants and receivers of which all but one make trouble, each its own, and a config of them all. */
export interface EveryTrouble {
  readonly configFile: string;
  /** For commands: a file that names no missing certificate, at which they would end. */
  readonly soundConfigFile: string;
  readonly healthy: Tenant;
  /** The output in which nothing is wrong. */
  readonly good: Receiver;
  /** Takes certificates away that were there when the collector started. */
  spoilCertificates(): void;
  stop(): Promise<void>;
}

/** Starts everything on 127.0.0.1; the healthy tenant has no records yet. */
export async function startEveryTrouble(folder: string): Promise<EveryTrouble> {
  const tenants: Tenant[] = [];
  const receivers: Receiver[] = [];
  const input = async (
    name: string,
    services: ConfigInput['services'],
    options: TenantOptions,
  ): Promise<ConfigInput> => {
    const tenant = await startTenant(options);
    tenants.push(tenant);
    const { url, credentials } = tenant;
    const keys = { requests_per_second: 100 };
    return { name, url, credentials, services, everyService: EVERY_SERVICE, keys };
  };
  const receiver = async (options: Parameters<typeof startReceiver>[0]) => {
    const started = await startReceiver(options);
    receivers.push(started);
    return started;
  };

  const healthy = await startTenant({ behaviour: FAST });
  tenants.push(healthy);
  const loginPage = createServer((_, response) => response.end('Please log in'));
  const loginPort = await listen(loginPage, 0);
  const silent = createServer(() => undefined);
  const silentPort = await listen(silent, 0);
  const refusing = { behaviour: { ...FAST, refuseServerCreationTime: true } };
  const wrongKey = await input('wrong_key', { incidents: {} }, {});
  const inputs: ConfigInput[] = [
    {
      name: HEALTHY.input,
      url: healthy.url,
      credentials: healthy.credentials,
      services: { [HEALTHY.stream]: {}, agent_audits: {} },
      everyService: EVERY_SERVICE,
    },
    { ...wrongKey, credentials: { ...wrongKey.credentials, apiKey: 'ItIsAnother0123456789' } },
    await input(
      'denied',
      { audit_managements: {}, incidents: {} },
      { behaviour: { ...FAST, denied: { management_logs: 402, get_incidents: 403 } } },
    ),
    await input('fixed_field', { alerts: { time_field: 'server_creation_time' } }, refusing),
    await input('old', { alerts: {} }, refusing),
    await input('gateway', { incidents: {} }, { faults: { error502: 1 }, behaviour: FAST }),
    await input('unreachable', { incidents: {} }, { faults: { reset: 1 }, behaviour: FAST }),
    await input('busy', { incidents: {}, alerts: {} }, { faults: { tooMany: 1 } }),
    { ...wrongKey, name: 'login_page', url: `http://127.0.0.1:${loginPort}` },
  ];

  const ours = await createAuthority();
  const theirs = await createAuthority('Another CA');
  const certs = join(folder, 'certs');
  const client = await ours.issue({ name: 'simulated-domain' });
  writeClientCertificates(certs, ours.cert, client);
  for (const name of ['gone.crt', 'broken.crt']) writeFileSync(join(certs, name), client.cert);
  const runOut = await ours.issue({ validToMs: Date.now() - 24 * 3_600_000 });
  writeFileSync(join(certs, 'run-out.crt'), runOut.cert);
  writeFileSync(join(certs, 'run-out.key'), runOut.key, { mode: 0o600 });

  const server = { chain: ours.cert, ...(await ours.issue()) };
  const tls = async (credentials: typeof server) =>
    await receiver({ transport: { kind: 'tls', credentials } });
  const good = await tls(server);
  const tcp = await receiver({ transport: { kind: 'tcp' } });
  // Over TLS it could not be told from a refusal: it comes right after the handshake.
  const resetting = await receiver({
    transport: { kind: 'tcp' },
    mode: { kind: 'reset', afterBytes: 1_000 },
  });
  const http = await receiver({ transport: { kind: 'http', ...HTTP } });
  const unavailable = await receiver({
    transport: { kind: 'http', ...HTTP },
    mode: { kind: 'http-status', status: 503 },
  });
  const toTls = (name: string, port: number, keys = {}): ConfigOutput => ({
    kind: 'tls',
    name,
    port,
    keys: { ...IMPATIENT, ...keys },
  });
  const toHttp = (name: string, port: number, token = HTTP.token): ConfigOutput => ({
    kind: 'http',
    name,
    port,
    domain: HTTP.domain,
    token,
    keys: IMPATIENT,
  });
  const port = async (credentials: typeof server) => (await tls(credentials)).port;
  const outputs: ConfigOutput[] = [
    toTls('good', good.port),
    toTls('refused', REFUSING_PORT),
    toTls('nowhere', good.port, { address: 'receiver.invalid' }),
    toTls('mute', tcp.port),
    toTls('impostor', await port({ ...server, ...(await theirs.issue()) })),
    toTls('run_out', await port({ ...server, ...runOut })),
    toTls(
      'other_name',
      await port({
        ...server,
        ...(await ours.issue({ name: 'other.invalid' })),
      }),
    ),
    toTls('distrustful', await port({ ...server, chain: theirs.cert })),
    toTls('no_tls', http.port),
    { kind: 'tcp', name: 'resetting', port: resetting.port, keys: IMPATIENT },
    toHttp('wrong_token', http.port, 'AnotherTokenOfNoRealDomain012345'),
    toHttp('unavailable', unavailable.port),
    toHttp('silent', silentPort),
    toTls('cert_gone', good.port, { cert: 'gone.crt' }),
    toTls('cert_broken', good.port, { cert: 'broken.crt' }),
    toTls('cert_run_out', good.port, { cert: 'run-out.crt', key: 'run-out.key' }),
  ];
  const globals = { temporal: { ui_port: uiPort() } };
  const configFile = await writeConfig({ folder, inputs, outputs, globals });
  changeConfig(configFile, ({ outputs: written }) => {
    written.no_folder = { type: 'file', config: { path: join(folder, 'absent', 'events') } };
  });
  const soundConfigFile = join(folder, 'config', 'sound.yaml');
  changeConfig(
    configFile,
    ({ outputs: { cert_gone: output } }) => {
      Object.assign(output?.config ?? {}, { cert: 'domain.crt' });
    },
    soundConfigFile,
  );
  return {
    configFile,
    soundConfigFile,
    healthy,
    good,
    spoilCertificates() {
      rmSync(join(certs, 'gone.crt'));
      writeFileSync(join(certs, 'broken.crt'), 'no certificate');
    },
    async stop() {
      for (const server of [loginPage, silent]) {
        server.closeAllConnections();
        server.close();
      }
      await Promise.all([...tenants, ...receivers].map(async (each) => await each.stop()));
    },
  };
}
