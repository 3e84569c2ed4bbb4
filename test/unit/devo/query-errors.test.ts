import { describe, expect, it } from 'vitest';
import { TROUBLES } from '../../../simulator/query/troubles.js';
import type { TroubleName } from '../../../simulator/query/troubles.js';
import { createQueryClient } from '../../../src/devo/query/client.js';
import { countPulls } from '../../../src/devo/query/count-pulls.js';
import type { DevoErrorCode } from '../../../src/devo/errors.js';
import { clientOf, lately, NEVER, startDevo, TABLE } from './query-harness.js';

const CODES: Readonly<Record<TroubleName, DevoErrorCode>> = {
  unauthorized: 'DEVO_QUERY_REFUSED',
  'bad signature': 'DEVO_QUERY_REFUSED',
  'token expired': 'DEVO_QUERY_REFUSED',
  'edge refuses client': 'DEVO_QUERY_REFUSED',
  'table denied': 'DEVO_QUERY_TABLE',
  'table denied, older': 'DEVO_QUERY_TABLE',
  'unknown table': 'DEVO_QUERY_TABLE',
  'bad parameters': 'DEVO_QUERY_INVALID',
  'unknown field': 'DEVO_QUERY_INVALID',
  'syntax error': 'DEVO_QUERY_INVALID',
  'not found': 'DEVO_QUERY_INVALID',
  'query limit': 'DEVO_QUERY_LIMITED',
  'too many requests': 'DEVO_QUERY_LIMITED',
  'server error, with code': 'DEVO_QUERY_FAILED',
  'server error, bare': 'DEVO_QUERY_FAILED',
  'bad gateway': 'DEVO_QUERY_FAILED',
  unavailable: 'DEVO_QUERY_FAILED',
  'gateway timeout': 'DEVO_QUERY_FAILED',
  'edge 520': 'DEVO_QUERY_FAILED',
  'edge 522': 'DEVO_QUERY_FAILED',
  'edge 524': 'DEVO_QUERY_FAILED',
  'status 500 in 200': 'DEVO_QUERY_FAILED',
  'error after rows': 'DEVO_QUERY_FAILED',
  'error object after rows': 'DEVO_QUERY_FAILED',
  'empty body': 'DEVO_QUERY_REPLY',
  'no metadata': 'DEVO_QUERY_REPLY',
  'rows of another shape': 'DEVO_QUERY_REPLY',
  'login page': 'DEVO_QUERY_REPLY',
  redirect: 'DEVO_QUERY_REPLY',
  'cut off': 'DEVO_QUERY_NETWORK',
  silent: 'DEVO_QUERY_NETWORK',
};
const NAMES = Object.keys(TROUBLES) as TroubleName[];
/** Answers to the question for a table's columns; the others need rows. */
const OF_TABLES = NAMES.filter((name) => 'body' in TROUBLES[name] && name !== 'not found');

const request = () => ({ table: TABLE, pullingIdColumn: undefined, ...lately() });

describe('an answer of Devo that is no count is raised, never taken for missing or complete', () => {
  it.each(NAMES)('to a query: %s', async (trouble) => {
    const server = await startDevo();
    server.setTrouble(trouble);
    const client = clientOf(server, trouble === 'silent' ? { timeoutMs: 300 } : {});
    const counting = countPulls(client, request(), NEVER);
    await expect(counting).rejects.toMatchObject({ code: CODES[trouble] });
  });

  it.each(OF_TABLES)('to the question for columns: %s', async (trouble) => {
    const server = await startDevo();
    server.setTrouble(trouble, 'tables');
    const counting = countPulls(clientOf(server), request(), NEVER);
    await expect(counting).rejects.toMatchObject({ code: CODES[trouble] });
  });

  it('that nobody gives', async () => {
    const server = await startDevo();
    await server.stop();
    const counting = countPulls(clientOf(server), request(), NEVER);
    await expect(counting).rejects.toMatchObject({ code: 'DEVO_QUERY_NETWORK' });
  });

  it('that has as many rows as were asked for at most', async () => {
    const server = await startDevo();
    const client = clientOf(server, { mostRows: 2 });
    const counting = countPulls(client, request(), NEVER);
    await expect(counting).rejects.toMatchObject({ code: 'DEVO_QUERY_TRUNCATED' });
  });

  it.each([{ n: -1 }, { n: 1.5 }, { n: null }, { n: '3' }])(
    'with $n in place of a count',
    async ({ n }) => {
      const server = await startDevo();
      const metadata = [
        { name: 'at_devo_pulling_id', type: 'str' },
        { name: 'verify_count', type: 'int8' },
      ];
      const object = { m: {}, metadata, d: [['1795899000000', n]] };
      server.setTrouble({ status: 200, body: JSON.stringify({ msg: '', status: 0, object }) });
      const counting = countPulls(clientOf(server), request(), NEVER);
      await expect(counting).rejects.toMatchObject({ code: 'DEVO_QUERY_REPLY' });
    },
  );
});

describe('a query that fails', () => {
  it('is tried again where that may help, and then counts', async () => {
    const server = await startDevo();
    server.setTrouble('unavailable');
    const counting = countPulls(clientOf(server, { retryWaitMs: 50 }), request(), NEVER);
    await expect.poll(() => server.stats().queries).toBeGreaterThan(0);
    server.setTrouble(undefined);
    await expect(counting).resolves.toMatchObject({ by: 'column' });
  });

  it('is not tried again where that cannot help', async () => {
    const server = await startDevo();
    server.setTrouble('token expired');
    await expect(countPulls(clientOf(server), request(), NEVER)).rejects.toThrow();
    expect(server.stats().queries).toBe(1);
  });

  it('says how long to wait where Devo says so, and is left to whoever asked', async () => {
    const server = await startDevo();
    server.setTrouble('too many requests');
    const counting = countPulls(clientOf(server), request(), NEVER);
    await expect(counting).rejects.toMatchObject({ retry: 'later', retryAfterMs: 120_000 });
    expect(server.stats().queries).toBe(1);
  });

  it('names what Devo says and no secret', async () => {
    const server = await startDevo();
    const token = 'token-4711';
    const client = createQueryClient({ address: server.url, credentials: { token } });
    server.setTrouble(
      { status: 400, body: JSON.stringify({ msg: `no ${token}`, cid: 'c-1' }) },
      'all',
    );
    const error: unknown = await countPulls(client, request(), NEVER).catch((e: unknown) => e);
    expect(String(error)).toContain('"no [redacted]", cid c-1');
    expect(JSON.stringify(error)).not.toContain(token);
  });
});
