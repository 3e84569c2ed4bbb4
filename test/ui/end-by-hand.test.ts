import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, untilPrinted } from '../integration/cli-process.js';
import { INCIDENTS, openPlace, until } from '../integration/collecting.js';
import type { Place } from '../integration/collecting.js';
import { connectTo, startUp } from '../integration/collector-process.js';
import type { CollectorProcess } from '../integration/collector-process.js';
import { endsOf } from '../integration/endings.js';
import type { PlanJson } from '../integration/plan-json.js';
import { statusWhere } from '../integration/stream-harness.js';
import { findChromium, openBrowser } from './browser.js';
import type { Browser } from './browser.js';
import { askToEnd, confirm, openRun } from './temporal-ui.js';

const MODIFIED = 20;
/** How long a delivery is under way at least: the receiver has everything, and nothing is confirmed. */
const CONFIRM_SECONDS = 10;

describe.skipIf(findChromium(process.env) === undefined)('a stream ended in Temporal UI', () => {
  const ends = endsOf(afterAll);
  let place: Place;
  let collector: CollectorProcess;
  let stream: WorkflowHandle;
  let browser: Browser;
  let uiUrl: string;
  beforeAll(async () => {
    const output = { confirm_wait_in_seconds: CONFIRM_SECONDS };
    place = await openPlace({ incidents: 100, output });
    ends.push(() => place.close());
    collector = startUp(place.simulator.configFile);
    ends.push(() => collector.stop());
    browser = await openBrowser();
    ends.push(() => browser.close());
    const temporal = await connectTo(place.folder);
    ends.push(() => temporal.close());
    stream = temporal.client.workflow.getHandle(INCIDENTS);
    [, uiUrl = ''] = await untilPrinted(collector, /"ui":"([^"]+)"/);
    const isStarted = () =>
      stream.describe().then(
        () => true,
        () => false,
      );
    await until('the stream', collector, isStarted);
  });

  /** Waits until all that is owed has come, and is confirmed by a pull that began after this call. */
  async function allConfirmed() {
    const nowMs = Date.now();
    await until('all records', collector, () => place.simulator.reckoning().lost === 0);
    return await statusWhere(
      stream,
      (s) => s.watermarkMs >= nowMs && s.pendingByOutput.devo_1 === 0,
    );
  }

  test.each([
    { how: 'Request Cancellation', status: 'COMPLETED', mostTwice: 0 },
    { how: 'Terminate', status: 'TERMINATED', mostTwice: MODIFIED },
  ] as const)(
    'by $how: apply goes on from its watermark',
    async ({ how, status, mostTwice }) => {
      const { tenant, configFile, reckoning } = place.simulator;
      const before = await allConfirmed();
      const { received, duplicated } = reckoning();
      await openRun(browser.page, uiUrl, await stream.describe());
      const dialog = await askToEnd(browser.page, how);
      const modified = tenant.modify(MODIFIED);
      await until('a delivery', collector, () => reckoning().received === received + modified);
      await confirm(dialog);
      const isEnded = async () => (await stream.describe()).status.name === status;
      await until(`a run that is ${status}`, collector, isEnded);

      tenant.modify(MODIFIED);
      const { stdout } = await runCli(['apply', '--json', '--config', configFile]);
      const plan = JSON.parse(stdout) as PlanJson;
      const [watermark = ''] = /\d\S+Z/.exec(plan.steps[0]?.details[0] ?? '') ?? [];
      expect(plan.steps).toMatchObject([
        {
          action: 'start',
          workflowId: INCIDENTS,
          details: [
            expect.stringMatching(/^goes on from its watermark .*, where its last run stood/),
          ],
        },
      ]);
      expect(Date.parse(watermark)).toBeGreaterThanOrEqual(before.watermarkMs);
      await allConfirmed();
      const after = reckoning();
      expect(after).toMatchObject({ lost: 0, strangers: 0, malformed: 0 });
      expect(after.duplicated - duplicated).toBeLessThanOrEqual(mostTwice);
    },
    300_000,
  );
});
