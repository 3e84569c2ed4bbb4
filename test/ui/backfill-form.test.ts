import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createResolveBackfill } from '../../src/activities/resolve-backfill.js';
import type { BackfillProgress } from '../../src/pull/backfill.js';
import type { DeliverSegmentInput, FetchSegmentInput } from '../../src/pull/receipts.js';
import { delivered, openBench, receiptFor, settingsFor } from '../integration/stream-harness.js';
import type { TestBench } from '../integration/stream-harness.js';
import { findChromium, openBrowser } from './browser.js';
import type { Browser } from './browser.js';
import { fillStart, listed, openWorkflow } from './temporal-ui.js';

describe.skipIf(findChromium(process.env) === undefined)('a backfill from Temporal UI', () => {
  let bench: TestBench;
  let browser: Browser;
  beforeAll(async () => {
    [bench, browser] = await Promise.all([openBench({ ui: true }), openBrowser()]);
  });
  afterAll(async () => {
    await Promise.all([browser.close(), bench.close()]);
  });

  /** Types the request into the form Start Workflow and starts it; the workflow's id goes to the body. */
  async function withStarted(
    request: string,
    body: (workflowId: string) => Promise<void>,
  ): Promise<void> {
    let queue = '';
    const identity = { input: 'test', inputId: '1', stream: 'alerts' } as const;
    const streams = () => [{ identity, settings: settingsFor(queue) }];
    const activities = {
      resolveBackfill: createResolveBackfill({ streams, log: pino({ enabled: false }) }),
      fetchSegment: (input: FetchSegmentInput) => Promise.resolve(receiptFor(input, queue, 3)),
      deliverSegment: (input: DeliverSegmentInput) => Promise.resolve(delivered(input)),
    };
    await bench.withWorker(activities, async (taskQueue) => {
      queue = taskQueue;
      const workflowId = `backfill/test/1/alerts/${randomUUID()}`;
      await browser.page.goto(bench.uiUrl);
      await fillStart(browser.page, {
        workflowId,
        taskQueue,
        workflowType: 'backfill',
        input: request,
      });
      await browser.page.getByTestId('start-workflow-button').click();
      // The page itself says that it has started for a moment only.
      await listed(bench.client, workflowId);
      await body(workflowId);
    });
  }

  test('a range typed into the start form is delivered', async () => {
    const request = '{"service": "alerts", "from": "2026-01-01", "to": "2026-01-02"}';
    await withStarted(request, async (workflowId) => {
      const result: unknown = await bench.client.workflow.getHandle(workflowId).result();
      const progress = result as BackfillProgress;
      expect(progress.share).toBe(1);
      expect(progress.fromMs).toBe(Date.parse('2026-01-01'));
      expect(progress.toMs).toBe(Date.parse('2026-01-02') - 1);
    });
  });

  test('a time that is none fails at once, and the page says why', async () => {
    const request = '{"service": "alerts", "from": "yesterday", "to": "2026-01-02"}';
    await withStarted(request, async (workflowId) => {
      await expect(bench.client.workflow.getHandle(workflowId).result()).rejects.toThrow();
      await openWorkflow(browser.page, bench.uiUrl, workflowId);
      await browser.page.getByText('expected ISO 8601 such as').first().waitFor();
    });
  });
});
