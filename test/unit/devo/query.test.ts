import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { QUERY_CREDENTIALS } from '../../../simulator/query/query-server.js';
import { createQueryClient } from '../../../src/devo/query/client.js';
import { checkTable, countPulls } from '../../../src/devo/query/count-pulls.js';
import { findFields } from '../../../src/devo/query/fields.js';
import { queryHeaders } from '../../../src/devo/query/signing.js';
import { countQuery, tableOf } from '../../../src/devo/query/text.js';
import { clientOf, lately, NEVER, PULLS, startDevo, TABLE } from './query-harness.js';

const FIRST = String(PULLS[0]);
const SECOND = String(PULLS[1]);
const request = (pullingIdColumn?: string) => ({ table: TABLE, pullingIdColumn, ...lately() });

describe('the events of pulls are counted', () => {
  it.each([
    ['in a column', { columns: 'parsed' }, 'column'],
    ['in a column of another spelling', { pullingIdColumn: '__devo_pulling_id' }, 'column'],
    ['in the text of the whole event', { columns: 'raw' }, 'text'],
  ] as const)('%s', async (_name, options, by) => {
    const server = await startDevo([3, 2], options);
    const counts = await countPulls(clientOf(server), request(), NEVER);
    expect(counts).toEqual({
      byPull: new Map([
        [FIRST, 3],
        [SECOND, 2],
      ]),
      by,
    });
  });

  it('in the column that the operator names', async () => {
    const server = await startDevo([3], { pullingIdColumn: 'pull' });
    const counts = await countPulls(clientOf(server), request('pull'), NEVER);
    expect(counts.byPull).toEqual(new Map([[FIRST, 3]]));
  });

  it('with the signed key as well', async () => {
    const server = await startDevo();
    const { key, secret } = QUERY_CREDENTIALS;
    const client = createQueryClient({ address: server.url, credentials: { key, secret } });
    expect((await countPulls(client, request(), NEVER)).byPull.get(FIRST)).toBe(3);
  });

  it('of a table that can be queried and not described', async () => {
    const server = await startDevo();
    server.setTrouble('not found', 'tables');
    const counts = await countPulls(clientOf(server), request(), NEVER);
    expect(counts.byPull.get(SECOND)).toBe(2);
  });

  it('one query at a time per domain, whoever asks', async () => {
    const server = await startDevo([3, 2], { answerMs: 100 });
    const asking = [1, 2, 3].map(() => countPulls(clientOf(server), request(), NEVER));
    await Promise.all(asking);
    expect(server.stats()).toMatchObject({ queries: 3, mostAtOnce: 1 });
  });

  it('up to now by the clock of Devo, and never in a query without an end', async () => {
    const server = await startDevo();
    const client = clientOf(server);
    await client.columns(TABLE, NEVER);
    const { fromMs } = lately();
    await client.rows({ text: `from ${TABLE} select *`, fromMs, untilMs: 4e12 }, NEVER);
    const { from, to } = server.stats().last ?? {};
    expect(Number(to) * 1_000).toBeLessThanOrEqual(Date.now());
    expect(Number(to)).toBeGreaterThan(Number(from));
  });
});

it.each([-3_600_000, 3_600_000])(
  'a clock that is off by %i ms hides no event: Devo’s own counts',
  async (offMs) => {
    const server = await startDevo([3], {
      clock: () => performance.timeOrigin + performance.now(),
    });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offMs });
    onTestFinished(() => void vi.useRealTimers());
    const counts = await countPulls(clientOf(server), request(), NEVER);
    expect(counts.byPull.get(FIRST)).toBe(3);
  },
);

describe('a zero is no finding', () => {
  it.each([
    [
      'where the table shows no event',
      [],
      { incident_id: 'a', '@devo_pulling_id': FIRST },
      3_600_000,
    ],
    ['where no event has a pulling id', [], { incident_id: 'a', '@devo_pulling_id': 'none' }, 0],
  ] as const)('%s', async (_name, events, other, delayMs) => {
    const server = await startDevo(events, { delayMs }, [other]);
    const counting = countPulls(clientOf(server), request(), NEVER);
    await expect(counting).rejects.toMatchObject({ code: 'DEVO_QUERY_NO_CONTROL' });
  });

  it.each([
    ['where the table keeps neither the column nor a text', { columns: 'none' }, undefined],
    ['where the column that was named is not there', {}, 'other_column'],
  ] as const)('%s', async (_name, options, named) => {
    const server = await startDevo([3], options);
    const counting = countPulls(clientOf(server), request(named), NEVER);
    await expect(counting).rejects.toMatchObject({ code: 'DEVO_QUERY_COLUMN' });
  });
});

describe('a check of a table', () => {
  const check = async (server: { url: string }, column?: string) =>
    await checkTable(clientOf(server), TABLE, column, NEVER);

  it('is content with an empty one', async () => {
    await expect(check(await startDevo([3], { delayMs: 3_600_000 }))).resolves.toBeUndefined();
  });

  it('names what stands in the way', async () => {
    const server = await startDevo();
    await expect(check(server, 'other')).rejects.toMatchObject({ code: 'DEVO_QUERY_COLUMN' });
    server.setTrouble('table denied');
    await expect(check(server)).rejects.toMatchObject({ code: 'DEVO_QUERY_TABLE' });
  });
});

describe('the text of a query', () => {
  it('groups by columns alone without a literal', () => {
    expect(countQuery('a.b', [{ kind: 'column', name: 'pid' }])).toBe(
      'from a.b group by pid select count() as verify_count',
    );
  });

  it('reads fields of the text where there is no column', () => {
    const fields = [
      { kind: 'column', name: 'odd-name' },
      { kind: 'json', column: 'rawMessage', field: '@devo_pulling_id' },
    ] as const;
    expect(countQuery('a.b', fields)).toBe(
      'from a.b select str(`odd-name`) as verify_key_0, str(jsonparse(rawMessage)["@devo_pulling_id"]) as verify_key_1 group by verify_key_0, verify_key_1 select count() as verify_count',
    );
  });

  it.each(['a"b', 'a`b', 'a b', 'a\\'])('holds no name like %s', (name) => {
    expect(() => countQuery('a.b', [{ kind: 'column', name }])).toThrow(RangeError);
    expect(() => countQuery('a.b', [{ kind: 'json', column: 'raw', field: name }])).toThrow(
      RangeError,
    );
  });

  it('names the table of a tag as Devo does', () => {
    expect(tableOf('edr.access-lt.x')).toBe('edr.accessLt.x');
    expect(tableOf('edr.cortex_xdr.incidents')).toBe('edr.cortex_xdr.incidents');
  });
});

it('fields are found in any case, with what stands for an @, and only all together', () => {
  const columns = ['AT_Devo_Pulling_Id', 'audit_id', 'x_devo_pulling_id'].map((name) => ({
    name,
    type: 'str',
  }));
  expect(findFields(columns, ['@devo_pulling_id', 'AUDIT_ID'])).toEqual([
    { kind: 'column', name: 'AT_Devo_Pulling_Id' },
    { kind: 'column', name: 'audit_id' },
  ]);
  expect(findFields(columns, ['AUDIT_ID', 'other'])).toBeUndefined();
});

it('a request is signed as Devo documents it', () => {
  const credentials = { key: 'demo-key', secret: 'demo-secret' };
  const sign = (body: string) =>
    queryHeaders(credentials, body, 1_700_000_000_000)['x-logtrust-sign'];
  expect(sign('{"a":1}')).toBe('99a79bd994c6e5d62d7dc5ff0b2a86bbcb2d378b24ebed250d8c3b898b5aa1f3');
  expect(sign('')).toBe('8792a5ef467f75338488863a5ed48d7d8e65252ffbcadf036b1a503694058eac');
});
