import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeliverSegmentInput, FetchSegmentInput } from '../../src/pull/receipts.js';
import * as messages from '../../src/workflows/messages.js';
import {
  delivered,
  openBench,
  receiptFor,
  settingsFor,
  startStream,
  statusWhere,
} from '../integration/stream-harness.js';
import type { TestBench } from '../integration/stream-harness.js';
import { findChromium, openBrowser } from './browser.js';
import type { Browser } from './browser.js';
import { fillSignal, listed, openDetails, openWorkflow, submit } from './temporal-ui.js';

describe.skipIf(findChromium(process.env) === undefined)('resetPersistence in Temporal UI', () => {
  let bench: TestBench;
  let browser: Browser;
  beforeAll(async () => {
    [bench, browser] = await Promise.all([openBench({ ui: true }), openBrowser()]);
  });
  afterAll(async () => {
    await Promise.all([browser.close(), bench.close()]);
  });

  /** Runs a stream that waits for its next period, opened in Temporal UI from the list of workflows. */
  async function withOpenStream(
    body: (stream: Awaited<ReturnType<typeof startStream>>) => Promise<void>,
  ): Promise<void> {
    let queue = '';
    const activities = {
      fetchSegment: (input: FetchSegmentInput) => Promise.resolve(receiptFor(input, queue, 3)),
      deliverSegment: (input: DeliverSegmentInput) => Promise.resolve(delivered(input)),
    };
    await bench.withWorker(activities, async (taskQueue) => {
      queue = taskQueue;
      const stream = await startStream(bench.client, settingsFor(taskQueue));
      await statusWhere(stream, (status) => status.state === 'waiting');
      await listed(bench.client, stream.workflowId);
      await openWorkflow(browser.page, bench.uiUrl, stream.workflowId);
      await body(stream);
      await stream.terminate();
    });
  }

  test('a reset typed into the dialog pulls everything from its start time once more', async () => {
    await withOpenStream(async (stream) => {
      const startTimeMs = Math.trunc(Date.now() / 1_000) * 1_000 - 2 * 3_600_000;
      const startTime = new Date(startTimeMs).toISOString().replace('.000Z', 'Z');
      const dialog = await fillSignal(
        browser.page,
        'resetPersistence',
        `{"startTime": "${startTime}"}`,
      );
      await submit(dialog);
      const status = await statusWhere(
        stream,
        (each) => each.startTimeMs === startTimeMs && each.state === 'waiting',
      );
      expect(status.refusedSignal).toBeNull();
      const clock = startTime.slice('2026-01-31T'.length);
      await browser.page.getByText(`${clock} - `).first().waitFor();
    });
  });

  test('a signal refused during a pause shows in the current details at once', async () => {
    await withOpenStream(async (stream) => {
      await submit(await fillSignal(browser.page, 'pause'));
      await statusWhere(stream, (status) => status.state === 'paused');
      await stream.signal(messages.resetPersistence, { startTime: 'tomorrow' });
      const details = await openDetails(browser.page);
      await details.getByText('found "tomorrow"').waitFor();
      await details.getByText('paused', { exact: true }).waitFor();
    });
  });

  test('a payload that is no time is refused, and the current details say why', async () => {
    await withOpenStream(async (stream) => {
      const before = await statusWhere(stream, () => true);
      const payload = '{"startTime": "yesterday"}';
      await submit(await fillSignal(browser.page, 'resetPersistence', payload));
      await statusWhere(stream, (each) => each.refusedSignal !== null && each.state === 'waiting');
      const details = await openDetails(browser.page);
      await details
        .getByText('startTime: found "yesterday", expected ISO 8601 or epoch ms')
        .waitFor();
      const after = await statusWhere(stream, () => true);
      expect(after.startTimeMs).toBe(before.startTimeMs);
    });
  });
});
