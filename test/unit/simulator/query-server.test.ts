import { describe, expect, it, onTestFinished } from 'vitest';
import { QUERY_CREDENTIALS, startQueryServer } from '../../../simulator/query/query-server.js';
import type { QueryServer, QueryServerOptions } from '../../../simulator/query/query-server.js';

const TABLE = 'edr.cortex_xdr.incidents';
const START_MS = 1_795_900_000_000;
const AUTH = { Authorization: `Bearer ${QUERY_CREDENTIALS.token}` };

/** A server with one event per second from `START_MS` on; its clock stands a minute later. */
async function start(options: QueryServerOptions = {}, events = 5): Promise<QueryServer> {
  let nowMs = START_MS;
  const server = await startQueryServer({ ...options, now: () => nowMs });
  onTestFinished(async () => await server.stop());
  for (let id = 0; id < events; id++) {
    server.accept(
      TABLE,
      JSON.stringify({ incident_id: String(id), score: id, '@devo_pulling_id': '1795900000000' }),
    );
    nowMs += 1_000;
  }
  nowMs = START_MS + 60_000;
  return server;
}

async function ask(server: QueryServer, body: object, headers: Record<string, string> = AUTH) {
  const response = await fetch(`${server.url}/search/query`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ from: START_MS / 1_000, to: START_MS / 1_000 + 30, ...body }),
  });
  return { status: response.status, text: await response.text() };
}

async function rowsOf(server: QueryServer, body: object): Promise<unknown> {
  const { text } = await ask(server, body);
  return (JSON.parse(text) as { readonly object: unknown }).object;
}

const COUNT = `from ${TABLE} group select count() as n`;

describe('a query', () => {
  it('sees a half-open range, in seconds or in milliseconds', async () => {
    const server = await start();
    const from = START_MS / 1_000;
    expect(await rowsOf(server, { query: COUNT, from, to: from + 2 })).toEqual([{ n: 2 }]);
    expect(
      await rowsOf(server, {
        query: COUNT,
        from: START_MS + 1,
        to: START_MS + 2_000,
        timeUnit: 'MILLISECONDS',
      }),
    ).toEqual([{ n: 1 }]);
  });

  it.each([
    [COUNT.replace('group', 'where incident_id = "3" group'), [{ n: 1 }]],
    [COUNT.replace('group', 'where incident_id in {"3", "4"} group'), [{ n: 2 }]],
    [COUNT.replace('group', 'where score >= 3 group'), [{ n: 2 }]],
    [COUNT.replace('group', 'where score = "3" group'), []],
    [
      `from ${TABLE} select str(score) as s where s = "3" group by s select max(score) as top`,
      [{ s: '3', top: 3 }],
    ],
  ])('%s', async (query, rows) => {
    expect(await rowsOf(await start(), { query })).toEqual(rows);
  });

  it('finds nothing that arrived less than the delay ago', async () => {
    const server = await start({ delayMs: 58_000 });
    expect(await rowsOf(server, { query: COUNT })).toEqual([{ n: 3 }]);
  });

  it.each([
    ['parsed', ['eventdate', 'incident_id', 'score', 'at_devo_pulling_id']],
    ['raw', ['eventdate', 'rawMessage']],
    ['none', ['eventdate']],
  ] as const)('knows the columns of a table that is %s', async (columns, names) => {
    const server = await start({ columns });
    const response = await fetch(`${server.url}/search/table/${TABLE}`, { headers: AUTH });
    const { object } = (await response.json()) as { object: { fieldName: string }[] };
    expect(object.map(({ fieldName }) => fieldName)).toEqual(names);
  });

  it('reads the text of an event where there are no columns', async () => {
    const server = await start({ columns: 'raw' });
    const query = `from ${TABLE} select str(jsonparse(rawMessage)["incident_id"]) as id group by id select count() as n`;
    expect(await rowsOf(server, { query, limit: 1, skip: 1 })).toEqual([{ id: '1', n: 1 }]);
  });

  it('has no end without `to`', async () => {
    const server = await start();
    const response = await fetch(`${server.url}/search/query`, {
      method: 'POST',
      headers: AUTH,
      body: JSON.stringify({ query: COUNT, from: START_MS / 1_000, to: null }),
    });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    const second = await reader?.read();
    const text = Buffer.concat(
      [first?.value ?? [], second?.value ?? []].map((part) => Buffer.from(part)),
    );
    expect(text.toString()).toMatch(/^ {8,}$/);
    await reader?.cancel();
  });

  it.each([
    ['no credentials', { query: COUNT }, {}, 401],
    ['another token', { query: COUNT }, { Authorization: 'Bearer x' }, 401],
    ['no `from`', { query: COUNT, from: null }, AUTH, 400],
    ['a date in words', { query: COUNT, from: '2026-01-01' }, AUTH, 400],
    ['an end before its begin', { query: COUNT, to: 1 }, AUTH, 400],
    ['an unknown table', { query: 'from a.b select *' }, AUTH, 500],
    ['an unknown column', { query: `from ${TABLE} select x` }, AUTH, 500],
    ['an unknown function', { query: `from ${TABLE} select f(score)` }, AUTH, 500],
    ['another grammar', { query: `select * from ${TABLE}` }, AUTH, 500],
  ])('is refused with %s', async (_name, body, headers, status) => {
    expect((await ask(await start(), body, headers)).status).toBe(status);
  });

  it('fails after its rows where there are too many', async () => {
    const { status, text } = await ask(await start({ mostRows: 2 }), {
      query: `from ${TABLE} select incident_id`,
      mode: { type: 'json/simple/compact' },
    });
    expect(status).toBe(200);
    expect(text.trim().split('\r\n').at(-1)).toBe('{"e":[500,"Internal error"]}');
  });

  it('is refused where too many run at once', async () => {
    const server = await start({ mostAtOnce: 0 });
    expect((await ask(server, { query: COUNT })).status).toBe(429);
  });
});
