import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StatusJson } from '../../src/cli/status-json.js';
import { status } from '../../src/workflows/messages.js';
import { placesOf } from '../unit/errors/proofs.js';
import { runCli } from './cli-process.js';
import { connectTo, startUp } from './collector-process.js';
import type { CollectorProcess } from './collector-process.js';
import { logLines, until } from './collecting.js';
import { endsOf } from './endings.js';
import {
  FETCH_TROUBLE,
  HEALTHY,
  OLD_TENANT,
  OUTPUT_TROUBLE,
  startEveryTrouble,
} from './every-trouble.js';
import type { EveryTrouble } from './every-trouble.js';
import { codesInTemporal, untilShown } from './seen-codes.js';

/** Requests for a backfill that make no sense. */
const BACKFILLS = {
  BACKFILL_REQUEST_INVALID: 'yesterday',
  BACKFILL_RANGE_INVALID: { service: 'agent_audits', from: '2026-02-01', to: '2026-01-01' },
  BACKFILL_STREAM_UNKNOWN: { service: 'alert', from: '2026-01-01', to: '2026-02-01' },
} as const;

/** A code that was another at first is shown after the engine's next tries, ten of them. */
const CODES_MOST_MS = 300_000;

type StreamJson = StatusJson['streams'][number];

interface Named {
  readonly input: string;
  readonly stream: string;
}

const idOf = ({ input, stream }: Named) => `collect/${input}/${input}/${stream}`;

describe('every class of error that a running collector meets', () => {
  const ends = endsOf(afterAll);
  let trouble: EveryTrouble;
  let collector: CollectorProcess;
  let temporal: { readonly client: Client; readonly close: () => Promise<void> };

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'error-codes-'));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    trouble = await startEveryTrouble(folder);
    ends.push(() => trouble.stop());
    collector = startUp(trouble.configFile);
    ends.push(() => collector.stop());
    await until('the start', collector, () => logLines(collector, 'Collector running') > 0);
    trouble.spoilCertificates();
    trouble.healthy.produce({ audit_managements: 20 });
    temporal = await connectTo(folder);
    ends.push(() => temporal.close());
  });

  const handleOf = (named: Named) => temporal.client.workflow.getHandle(idOf(named));

  /** Raises where the command failed, or a stream gave it no answer in time: on a busy machine it is asked again. */
  async function statusNow(): Promise<StatusJson> {
    const command = ['status', '--json', '--config', trouble.soundConfigFile];
    const { exitCode, stdout, stderr } = await runCli(command);
    if (exitCode !== 0) throw new Error(stderr);
    const found = JSON.parse(stdout) as StatusJson;
    const isSilent = ({ errors }: StreamJson) => errors.some(({ source }) => source === 'query');
    expect(found.streams.filter(isSilent)).toEqual([]);
    return found;
  }

  /** Codes by what reports them, as the status shows them at last. */
  async function expectCodes(
    read: (status: StatusJson) => Readonly<Record<string, string | undefined>>,
    wanted: Readonly<Record<string, string>>,
  ): Promise<void> {
    const found = async () => read(await statusNow());
    await expect.poll(found, { timeout: CODES_MOST_MS }).toEqual(wanted);
  }

  test('of an output is in the log, the status and the history, and the good output has everything', async () => {
    await expectCodes(({ streams }) => {
      const stream = streams.find((each) => each.workflowId === idOf(HEALTHY));
      const codes = new Map((stream?.errors ?? []).map(({ output, code }) => [output, code]));
      return Object.fromEntries(
        Object.keys(OUTPUT_TROUBLE).map((output) => [output, codes.get(output)]),
      );
    }, OUTPUT_TROUBLE);
    const codes = Object.values(OUTPUT_TROUBLE);
    const failed = await codesInTemporal(handleOf(HEALTHY));
    expect(codes.filter((code) => !failed.has(code))).toEqual([]);
    expect(codes.filter((code) => !isLogged(code))).toEqual([]);
    expect(trouble.good.received).toMatchObject({ malformed: { count: 0 }, cut: 0 });
    expect(trouble.good.stats().events).toBeGreaterThan(0);
  });

  test('of the API is in the log, the status and the history, of its own stream alone', async () => {
    const wanted = Object.fromEntries(FETCH_TROUBLE.map((each) => [idOf(each), each.code]));
    await expectCodes(
      ({ streams }) =>
        Object.fromEntries(
          Object.keys(wanted).map((id) => [
            id,
            streams
              .find(({ workflowId }) => workflowId === id)
              ?.errors.find(({ source }) => source === 'fetch')?.code,
          ]),
        ),
      wanted,
    );
    for (const each of FETCH_TROUBLE) {
      expect(await codesInTemporal(handleOf(each))).toContain(each.code);
      expect(isLogged(each.code)).toBe(true);
    }
  });

  test('of a refused time field, and the status says by what it asks now', async () => {
    await untilShown('CORTEX_TIME_FIELD_REFUSED', temporal.client, [collector]);
    const { timeField } = await handleOf(OLD_TENANT).query(status);
    expect(timeField).toBe('creation_time');
  });

  test('of a signal, of its own stream alone', async () => {
    const handle = temporal.client.workflow.getHandle('collect/healthy/healthy/agent_audits');
    await handle.signal('resetPersistence', { startTime: 'yesterday' });
    await untilShown('SIGNAL_REFUSED', temporal.client, [collector]);
    const refused = async () => {
      const { streams } = await statusNow();
      return streams
        .filter(({ errors }) => errors.some(({ source }) => source === 'signal'))
        .map(({ stream }) => stream);
    };
    await expect.poll(refused).toEqual(['agent_audits']);
  });

  test.each(Object.entries(BACKFILLS))(
    'of a backfill is in the log and ends its workflow: %s',
    async (code, request) => {
      const handle = await temporal.client.workflow.start('backfill', {
        workflowId: `backfill/${code}`,
        taskQueue: 'cortex-devo',
        args: [request],
      });
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: code } });
      expect(placesOf(code)).toEqual(['log', 'temporal']);
      expect((await handle.describe()).status.name).toBe('FAILED');
      expect(await codesInTemporal(handle)).toContain(code);
      expect(isLogged(code)).toBe(true);
    },
  );

  function isLogged(code: string): boolean {
    return logLines(collector, `"code":"${code}"`, '"msg":"Activity failed"') > 0;
  }
});
