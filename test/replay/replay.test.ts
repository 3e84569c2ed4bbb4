import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, expect, test } from 'vitest';
import { workflowBundle } from '../../src/worker/bundle.js';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const folder = join(import.meta.dirname, 'histories');
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const historyOf = (name: string) => readFileSync(join(folder, name), 'utf8');

let code: { code: string };
beforeAll(async () => {
  code = await workflowBundle();
});

/** Under the id that it had, for a stream looks at it. */
async function replay(text: string): Promise<void> {
  const workflowId = /"workflowId": ?"([^"]*)"/.exec(text)?.[1];
  await Worker.runReplayHistory({ workflowBundle: code }, JSON.parse(text), workflowId);
}

test.each(names)('%s replays without a determinism error', async (name) => {
  await replay(historyOf(name));
});

test('a history that this code could not have made is found out', async () => {
  const changed = historyOf('collect-idle.json').replaceAll(
    /"name": ?"fetchSegment"/g,
    '"name": "readSegment"',
  );
  await expect(replay(changed)).rejects.toThrow(/TMPRL1100|Nondeterminism|nondeterminism/);
});
