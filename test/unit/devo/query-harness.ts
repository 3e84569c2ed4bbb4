import { onTestFinished } from 'vitest';
import { QUERY_CREDENTIALS, startQueryServer } from '../../../simulator/query/query-server.js';
import type { QueryServer, QueryServerOptions } from '../../../simulator/query/query-server.js';
import { createQueryClient } from '../../../src/devo/query/client.js';
import type { QueryClient, QueryClientOptions } from '../../../src/devo/query/client.js';

export const TABLE = 'edr.cortex_xdr.incidents';
export const NEVER = new AbortController().signal;
/** Two pulling ids. */
export const PULLS = [1_795_899_000_000, 1_795_899_300_000] as const;

/** A Query API with the given numbers of events per pull, which arrived a minute ago; gone when the test ends. */
export async function startDevo(
  eventsByPull: readonly number[] = [3, 2],
  { clock = Date.now, ...options }: QueryServerOptions & { readonly clock?: () => number } = {},
  more: readonly object[] = [],
): Promise<QueryServer> {
  let behindMs = 60_000;
  const server = await startQueryServer({ ...options, now: () => clock() - behindMs });
  onTestFinished(async () => await server.stop());
  for (const [at, events] of eventsByPull.entries()) {
    const pullingId = String(PULLS[at] ?? PULLS[0] + at);
    for (let id = 0; id < events; id++) {
      const event = { incident_id: `${at}-${id}`, '@devo_pulling_id': pullingId };
      server.accept(TABLE, JSON.stringify(event));
    }
  }
  for (const event of more) server.accept(TABLE, JSON.stringify(event));
  behindMs = 0;
  return server;
}

export function clientOf(
  server: Pick<QueryServer, 'url'>,
  options: QueryClientOptions = {},
): QueryClient {
  const { token } = QUERY_CREDENTIALS;
  return createQueryClient(
    { address: server.url, credentials: { token } },
    { retryWaitMs: 1, ...options },
  );
}

/** A range around now: everything that arrived in this test. */
export function lately() {
  const nowMs = Date.now();
  return { fromMs: nowMs - 600_000, untilMs: nowMs };
}
