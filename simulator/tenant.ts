import { createServer } from 'node:http';

import type { Book, OwedOptions, ProducedRecord } from './books.js';
import { optionsOf } from './control.js';
import type { ControlRoute } from './control.js';
import { produced } from './books.js';
import { listen } from './net.js';
import { createTenantHandler } from './tenant-handler.js';
import { RequestCounts } from './tenant-stats.js';
import type { TenantStats } from './tenant-stats.js';
import {
  DEFAULT_BEHAVIOUR,
  DEFAULT_CREDENTIALS,
  NO_FAULTS,
  RECORD_KINDS,
} from './tenant-options.js';
import type {
  Behaviour,
  Credentials,
  Faults,
  ProductionRates,
  TenantOptions,
} from './tenant-options.js';
import { World } from './world.js';

const RATE_NAMES = [...RECORD_KINDS, 'modifications', 'modifiedAmong', 'speed'];

/** A simulated Cortex XDR tenant, listening. */
export interface Tenant {
  readonly port: number;
  /** `http://127.0.0.1:<port>`: what goes into the config as `api_fqdn`. */
  readonly url: string;
  readonly credentials: Credentials;
  setFaults(faults: Partial<Faults>): void;
  setBehaviour(behaviour: Partial<Behaviour>): void;
  /** New rates of production; `{}` stops it. Late records still show when they are due. */
  produce(rates: ProductionRates): void;
  /** Modifies up to `count` incidents picked at random, now; returns how many were. */
  modify(count: number): number;
  stats(): TenantStats;
  /** All identities of a book that are owed. Long for big tenants: `produced` makes one at a time. */
  owed(book: Book, options?: OwedOptions): readonly string[];
  produced(book: Book, options?: OwedOptions): Iterable<ProducedRecord>;
  /** Adds a call to the control endpoint: `<method> /simulator/<name>`. */
  addControl(method: 'GET' | 'POST', name: string, route: ControlRoute): void;
  stop(): Promise<void>;
}

/**
 * Starts a tenant on 127.0.0.1. It can be steered by the methods and, from another process, by JSON over
 * HTTP: `GET /simulator/stats`, `POST /simulator/faults`, `/behaviour`, `/production`, `/stop-production`,
 * `/modify` (`{"count": n}`).
 * @throws {Error} `EADDRINUSE` where another process has the port asked for
 */
export async function startTenant(options: TenantOptions = {}): Promise<Tenant> {
  const world = new World(options);
  const credentials = options.credentials ?? DEFAULT_CREDENTIALS;
  const counts = new RequestCounts();
  const routes = new Map<string, ControlRoute>();
  const settings = {
    faults: { ...NO_FAULTS, ...options.faults },
    behaviour: { ...DEFAULT_BEHAVIOUR, ...options.behaviour },
  };
  const server = createServer(
    createTenantHandler({ world, credentials, counts, settings, routes }),
  );
  // Longer than any pause between two pages, shorter than a pull's period: both reuse and reconnect are met.
  server.keepAliveTimeout = 30_000;
  const port = await listen(server, options.port ?? 0);

  const tenant: Tenant = {
    port,
    url: `http://127.0.0.1:${port}`,
    credentials,
    setFaults: (faults) => {
      settings.faults = { ...settings.faults, ...faults };
    },
    setBehaviour: (behaviour) => {
      settings.behaviour = { ...settings.behaviour, ...behaviour };
    },
    produce: (rates) => world.produce(rates),
    modify: (count) => {
      const nowMs = world.advance();
      return world.modifyIncidents(count, 0, world.incidents.visible.size, nowMs);
    },
    stats: () => {
      world.advance();
      return counts.snapshot({
        hidden: world.hiddenCount,
        modifications: world.incidents.superseded.length,
      });
    },
    owed: (book, owedOptions) =>
      [...tenant.produced(book, owedOptions)]
        .filter((record) => record.owed)
        .map((record) => record.identity),
    produced: (book, owedOptions) => {
      world.advance();
      return produced(world, book, owedOptions);
    },
    addControl: (method, name, route) => {
      routes.set(`${method} /simulator/${name}`, route);
    },
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };

  tenant.addControl('GET', 'stats', () => tenant.stats());
  tenant.addControl('POST', 'faults', (body) => {
    tenant.setFaults(optionsOf(body, Object.keys(NO_FAULTS)));
    return settings.faults;
  });
  tenant.addControl('POST', 'behaviour', (body) => {
    tenant.setBehaviour(optionsOf(body, Object.keys(DEFAULT_BEHAVIOUR)));
    return settings.behaviour;
  });
  tenant.addControl('POST', 'production', (body) => {
    tenant.produce(optionsOf(body, RATE_NAMES));
    return tenant.stats();
  });
  tenant.addControl('POST', 'stop-production', () => {
    tenant.produce({});
    return tenant.stats();
  });
  tenant.addControl('POST', 'modify', (body) => ({
    modified: tenant.modify((optionsOf(body, ['count']) as { count?: number }).count ?? 1),
  }));
  return tenant;
}
