import { join } from 'node:path';
import { DEFAULT_TAGS } from './books.js';
import type { Book, OwedOptions } from './books.js';
import { createAuthority, writeClientCertificates } from './certificates.js';
import { QUERY_CREDENTIALS, startQueryServer } from './query/query-server.js';
import type { QueryServer, QueryServerOptions } from './query/query-server.js';
import type { ReceiverMode } from './receiver-options.js';
import { startReceiver } from './receiver.js';
import type { Receiver } from './receiver.js';
import { reckon, reckoningLine } from './reckoning.js';
import type { Reckoning } from './reckoning.js';
import type { TenantOptions } from './tenant-options.js';
import { startTenant } from './tenant.js';
import type { Tenant } from './tenant.js';
import { writeConfig } from './write-config.js';
import type { ServiceKeys, ServiceName } from './write-config.js';

export interface SimulatorOptions {
  /** Where the config folder is written. */
  readonly folder: string;
  readonly tenant: TenantOptions;
  /** Port of the receiver on 127.0.0.1; default 0: any free one. */
  readonly receiverPort?: number;
  readonly services: Readonly<Partial<Record<ServiceName, ServiceKeys>>>;
  /** Keys that every service gets, such as `request_period_in_seconds`. */
  readonly everyService?: ServiceKeys;
  /** Keys of the input, such as `requests_per_second`. */
  readonly input?: ServiceKeys;
  readonly globals?: Readonly<Record<string, unknown>>;
  /** Keys of the output's config, such as `connecting_retries`. */
  readonly output?: ServiceKeys;
  /** Where given, what arrives can be queried, and the config has `verify`. Default: not. */
  readonly query?: QueryServerOptions;
  /** Port of the collector's health and metrics; default 0. */
  readonly httpPort?: number;
  /** Called with each event that arrives, in the order of arrival. */
  readonly onEvent?: (tag: string, text: string) => void;
}

/** A tenant, a receiver with mutual TLS, and a config folder that joins them. */
export interface Simulator {
  readonly tenant: Tenant;
  readonly receiver: Receiver;
  /** Where it was asked for. */
  readonly query: QueryServer | undefined;
  readonly configFile: string;
  /** Of the books that the written services fill. */
  readonly reckoning: (options?: OwedOptions) => Reckoning;
  stop(): Promise<void>;
}

/**
 * Starts both ends and writes the config. Adds to the tenant's control endpoint: `GET
 * /simulator/reckoning`, `GET /simulator/receiver`, `POST /simulator/receiver` (a receiver mode).
 * @throws {Error} `EADDRINUSE` where another process has a port asked for
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const authority = await createAuthority();
  const server = await authority.issue();
  const query = options.query === undefined ? undefined : await startQueryServer(options.query);
  const receiver = await startReceiver({
    port: options.receiverPort ?? 0,
    transport: { kind: 'tls', credentials: { chain: authority.cert, ...server } },
    onEvent: (tag, text) => {
      query?.accept(tag, text);
      options.onEvent?.(tag, text);
    },
  }).catch(async (error: unknown) => {
    await query?.stop();
    throw error;
  });
  const tenant = await startTenant(options.tenant).catch(async (error: unknown) => {
    await Promise.all([receiver.stop(), query?.stop()]);
    throw error;
  });
  const verify = { address: query?.url, token: QUERY_CREDENTIALS.token };
  const client = await authority.issue({ name: 'simulated-domain' });
  writeClientCertificates(join(options.folder, 'certs'), authority.cert, client);
  const configFile = await writeConfig({
    folder: options.folder,
    inputs: [
      {
        name: 'cortex_xdr',
        id: 'simulated',
        url: tenant.url,
        credentials: tenant.credentials,
        services: options.services,
        everyService: options.everyService ?? {},
        keys: options.input ?? {},
      },
    ],
    outputs: [
      {
        ...{ kind: 'tls', name: 'devo_1', port: receiver.port, keys: options.output ?? {} },
        ...(query === undefined ? {} : { beside: { verify } }),
      },
    ],
    globals: options.globals ?? {},
    httpPort: options.httpPort ?? 0,
  });
  const books = booksOf(options.services);
  const reckoning = (owed?: OwedOptions): Reckoning =>
    reckon(
      books.map((book) => [book, tenant.produced(book, owed)] as const),
      receiver.received,
    );
  tenant.addControl('GET', 'reckoning', () => reckoning());
  tenant.addControl('GET', 'receiver', () => receiver.stats());
  tenant.addControl('POST', 'receiver', async (body) => {
    await receiver.setMode(body as ReceiverMode);
    return receiver.stats();
  });
  return {
    tenant,
    receiver,
    query,
    configFile,
    reckoning,
    stop: async () => {
      await Promise.all([tenant.stop(), receiver.stop(), query?.stop()]);
    },
  };
}

/** The books that services with these keys fill; tags must be the defaults. */
export function booksOf(
  services: Readonly<Partial<Record<ServiceName, ServiceKeys>>>,
): readonly Book[] {
  const { incidents, alerts } = services;
  const filled: Readonly<Record<Book, boolean>> = {
    incidents: incidents !== undefined,
    incident_alerts: isOn(incidents?.include_incident_alerts),
    incident_artifacts:
      isOn(incidents?.include_incident_alerts) && isOn(incidents?.include_incident_artifacts),
    alerts: alerts !== undefined,
    alert_events: alerts !== undefined && alerts.api_version !== 'v2',
    all_alerts: services.all_alerts !== undefined,
    audit_managements: services.audit_managements !== undefined,
    agent_audits: services.agent_audits !== undefined,
  };
  return (Object.keys(DEFAULT_TAGS) as Book[]).filter((book) => filled[book]);
}

function isOn(value: unknown): boolean {
  return value === true || value === 'true';
}

export interface RunSimulatorOptions extends SimulatorOptions {
  readonly print: (line: string) => void;
  /** Ends the run. */
  readonly until: AbortSignal;
}

/**
 * Runs tenant and receiver in this process until it is interrupted: prints the addresses first and the
 * reckoning last, and returns it.
 * @throws {Error} `EADDRINUSE` where another process has a port asked for
 */
export async function runSimulator(options: RunSimulatorOptions): Promise<Reckoning> {
  const simulator = await startSimulator(options);
  try {
    options.print(`tenant    ${simulator.tenant.url}`);
    options.print(`control   ${simulator.tenant.url}/simulator/stats`);
    options.print(`receiver  127.0.0.1:${simulator.receiver.port} (mutual TLS)`);
    options.print(`config    ${simulator.configFile}`);
    await aborted(options.until);
    const reckoning = simulator.reckoning();
    options.print(reckoningLine(reckoning));
    return reckoning;
  } finally {
    await simulator.stop();
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
