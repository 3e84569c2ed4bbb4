import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createActivities } from '../../../src/activities/index.js';
import type { ActivityDependencies } from '../../../src/activities/dependencies.js';
import { loadConfig } from '../../../src/config/load-config.js';
import type { CollectorActivities } from '../../../src/pull/activity-contract.js';
import type { VerifyInDevoInput } from '../../../src/pull/receipts.js';
import type { PendingPull, VerifyReceipt } from '../../../src/pull/verification.js';
import { openSegmentStore } from '../../../src/segments/segment-store.js';
import { QUERY_CREDENTIALS } from '../../../simulator/query/query-server.js';
import type { QueryServerOptions } from '../../../simulator/query/query-server.js';
import { writeConfig } from '../../../simulator/write-config.js';
import { startDevo, TABLE } from '../devo/query-harness.js';

// The SDK tells of each failed activity, and one fails here on purpose.
Runtime.install({ logger: new DefaultLogger('ERROR') });

const MINUTE_MS = 60_000;
/** Two pulls of the last quarter of an hour. */
const FIRST = Date.now() - 10 * MINUTE_MS;
const SECOND = FIRST + 5 * MINUTE_MS;
const STREAM = { input: 'acme', inputId: 'acme', stream: 'incidents' } as const;
const NOW_AND_THEN = { rounds: 0, nextMs: 0, complete: [], doubled: {}, looks: {} };
const pull = (pullingId: number, events: number, more: Partial<PendingPull> = {}): PendingPull => ({
  ...{ pullingId, window: { fromMs: 1, toMs: 2 }, events: { [TABLE]: events } },
  ...NOW_AND_THEN,
  ...more,
});
const eventOf = (pullingId: number, id: number) => ({
  ...{ incident_id: String(id), '@devo_pulling_id': String(pullingId) },
});

type Verify = CollectorActivities['verifyInDevo'];

/** The activity against a Devo that has so many events of the two pulls. */
async function onDevo(
  events: readonly [first: number, second: number],
  options: QueryServerOptions = {},
  column?: string,
) {
  const folder = mkdtempSync(join(tmpdir(), 'verify-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const stored = [FIRST, SECOND].flatMap((pullingId, at) =>
    Array.from({ length: events[at] ?? 0 }, (_each, id) => eventOf(pullingId, id)),
  );
  const server = await startDevo([], options, stored);
  const file = await writeConfig({
    folder,
    inputs: [
      {
        name: 'acme',
        url: 'http://127.0.0.1:1',
        credentials: { apiKey: 'k', apiKeyId: '1', authType: 'standard' },
        services: { incidents: {} },
      },
    ],
    outputs: [
      {
        ...{ kind: 'tcp', name: 'devo_1', port: 1 },
        beside: {
          verify: { address: server.url, token: QUERY_CREDENTIALS.token },
          ...(column === undefined ? {} : { verify_pulling_id_column: column }),
        },
      },
      { kind: 'tcp', name: 'other', port: 1 },
    ],
  });
  const { config } = loadConfig({ file, env: {}, nowMs: Date.now() });
  const nothing = () => undefined;
  const deps: ActivityDependencies = {
    config: () => config,
    streams: () => [],
    client: () => {
      throw new Error('no tenant here');
    },
    output: nothing,
    segments: await openSegmentStore({ stateDir: join(folder, 'state'), taskQueuePrefix: 'q' }),
    stopping: new AbortController().signal,
    log: pino({ level: 'silent' }),
    observer: {
      ...{ onFetching: nothing, onFetched: nothing, onDelivered: nothing, onFailed: nothing },
    },
  };
  const { verifyInDevo } = createActivities(deps);
  const verify = async (pulls: readonly PendingPull[], output = 'devo_1') =>
    await new MockActivityEnvironment().run<[VerifyInDevoInput], VerifyReceipt, Verify>(
      verifyInDevo,
      { ...STREAM, output, pulls },
    );
  return { server, verify };
}

describe('pulls are looked for in Devo', () => {
  it.each([
    ['parsed', undefined, {}],
    ['raw', undefined, {}],
    ['parsed', 'pull', { pullingIdColumn: 'pull' }],
  ] as const)('by columns that are %s, the pulling id named %s', async (columns, named, more) => {
    const { verify, server } = await onDevo([3, 2], { columns, ...more }, named);
    const { verdicts, warnings } = await verify([pull(FIRST, 3), pull(SECOND, 1)]);
    expect(verdicts).toEqual([
      { pullingId: FIRST, tag: TABLE, outcome: 'complete', doubled: 0 },
      { pullingId: SECOND, tag: TABLE, outcome: 'complete', doubled: 1 },
    ]);
    expect(warnings).toEqual([]);
    expect(server.stats()).toMatchObject({ queries: 1, tables: 1 });
  });

  it('and one of which nothing is found is missing at the second look, beside another that is there', async () => {
    const { verify } = await onDevo([3, 0]);
    const [, first] = (await verify([pull(FIRST, 3), pull(SECOND, 4)])).verdicts;
    expect(first).toMatchObject({ outcome: 'unknown', found: 0, code: null });
    const looks = { [TABLE]: { found: 0, atMs: Date.now() - 5 * MINUTE_MS } };
    const [, second] = (await verify([pull(FIRST, 3), pull(SECOND, 4, { looks })])).verdicts;
    expect(second).toMatchObject({ outcome: 'missing', missing: 4 });
  });

  it.each([
    ['DEVO_QUERY_COLUMN', { columns: 'none' }],
    ['DEVO_QUERY_NO_CONTROL', { delayMs: 600_000 }],
  ] as const)('and are unknown with %s', async (code, options) => {
    const { verify } = await onDevo([3, 2], options);
    const looks = { [TABLE]: { found: 0, atMs: 0 } };
    const { verdicts, warnings } = await verify([pull(FIRST, 3, { looks })]);
    expect(verdicts).toEqual([
      { pullingId: FIRST, tag: TABLE, outcome: 'unknown', found: null, code },
    ]);
    expect(warnings).toMatchObject([{ code }]);
  });

  it('and a table that cannot be queried leaves the others alone', async () => {
    const { verify } = await onDevo([3, 0]);
    const events = { [TABLE]: 3, 'no.such': 1, 'has.none': 0 };
    const { verdicts } = await verify([pull(FIRST, 0, { events })]);
    expect(verdicts).toMatchObject([
      { tag: TABLE, outcome: 'complete' },
      { tag: 'no.such', outcome: 'unknown', code: 'DEVO_QUERY_TABLE' },
    ]);
  });

  it('and what was found whole before is not asked for again', async () => {
    const { verify, server } = await onDevo([3, 0]);
    expect((await verify([pull(FIRST, 3, { complete: [TABLE] })])).verdicts).toEqual([]);
    expect(server.stats().queries).toBe(0);
  });

  it('and not at an output without `verify`', async () => {
    const { verify } = await onDevo([3, 0]);
    await expect(verify([pull(FIRST, 3)], 'other')).rejects.toMatchObject({
      type: 'CONFIG_OUTPUT_ABSENT',
    });
  });
});

/** Those that are not tried again at once; each answer has a test at the client. */
const QUICK = [
  ...(['unauthorized', 'bad signature', 'token expired', 'edge refuses client'] as const),
  ...(['table denied', 'unknown table', 'bad parameters', 'unknown field'] as const),
  ...(['query limit', 'too many requests'] as const),
];

describe('what Devo answers in place of a count is unknown, also at the second look', () => {
  it.each(QUICK)('%s', async (trouble) => {
    const { verify, server } = await onDevo([3, 0]);
    server.setTrouble(trouble);
    const looks = { [TABLE]: { found: 0, atMs: 0 } };
    const { verdicts, warnings } = await verify([pull(FIRST, 3), pull(SECOND, 4, { looks })]);
    const code = expect.stringMatching(/^DEVO_QUERY_/) as unknown;
    expect(verdicts).toMatchObject([
      { pullingId: FIRST, outcome: 'unknown', found: null, code },
      { pullingId: SECOND, outcome: 'unknown', found: null, code },
    ]);
    expect(warnings).toHaveLength(1);
  });
});
