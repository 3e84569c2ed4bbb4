import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUERY_CREDENTIALS, startQueryServer } from '../../simulator/query/query-server.js';
import type { QueryServer } from '../../simulator/query/query-server.js';
import { countQuery } from '../../src/devo/query/text.js';

/** Where `scripts/test.sh` puts the client; any other Python that has `devo-sdk` does as well. */
const PYTHON =
  process.env.DEVO_SDK_PYTHON ?? join(import.meta.dirname, '../../.cache/devo-sdk/bin/python');
const SCRIPT = join(import.meta.dirname, 'devo-sdk.py');
const TABLE = 'edr.cortex_xdr.incidents';
const START_MS = 1_795_900_000_000;

function hasClient(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import devo.api'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const run = promisify(execFile);

describe.skipIf(!hasClient())('Devo’s own client (skipped without devo-sdk)', () => {
  let server: QueryServer;
  let nowMs = START_MS;
  beforeAll(async () => {
    server = await startQueryServer({ now: () => nowMs });
    for (const [id, pull] of [
      ['a', 1_795_899_000_000],
      ['b', 1_795_899_000_000],
      ['c', 1_795_899_300_000],
    ] as const) {
      server.accept(TABLE, JSON.stringify({ incident_id: id, '@devo_pulling_id': String(pull) }));
    }
    nowMs += 60_000;
  });
  afterAll(async () => await server.stop());

  /** What the client makes of each query, with both kinds of credentials alike. */
  async function ask(queries: readonly string[]): Promise<unknown[]> {
    const { token, key, secret } = QUERY_CREDENTIALS;
    const range = [START_MS, START_MS + 10_000].map(String);
    const asking = run(PYTHON, [SCRIPT, server.url, token, key, secret, ...range]);
    asking.child.stdin?.end(queries.join('\n'));
    const { stdout } = await asking;
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  }

  it('is understood by the stand-in, and sees the rows that the collector’s query counts', async () => {
    const [counted, whole, unknownTable, syntax] = await ask([
      countQuery(TABLE, [{ kind: 'column', name: 'at_devo_pulling_id' }]),
      `from ${TABLE} where incident_id = "c" select incident_id, at_devo_pulling_id`,
      'from no.such.table group select count() as n',
      `from ${TABLE} where (`,
    ]);
    expect(counted).toEqual({
      rows: [
        { at_devo_pulling_id: '1795899000000', verify_count: 2 },
        { at_devo_pulling_id: '1795899300000', verify_count: 1 },
      ],
    });
    expect(whole).toEqual({
      rows: [{ incident_id: 'c', at_devo_pulling_id: '1795899300000' }],
    });
    expect(unknownTable).toMatchObject({ status: 500 });
    expect(syntax).toMatchObject({ status: 500 });
  });

  it.each(['unauthorized', 'token expired', 'bad parameters', 'unavailable'] as const)(
    'meets %s as an error',
    async (trouble) => {
      server.setTrouble(trouble);
      const [answer] = await ask([`from ${TABLE} group select count() as n`]);
      server.setTrouble(undefined);
      expect(answer).not.toHaveProperty('rows');
    },
  );

  it('meets an error after its rows', async () => {
    server.setTrouble('error after rows');
    const [answer] = await ask([`from ${TABLE} select incident_id`]);
    server.setTrouble(undefined);
    expect(answer).not.toHaveProperty('rows');
  });
});
