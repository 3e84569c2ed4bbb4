import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, test, vi } from 'vitest';
import { startSimulator } from '../simulator/simulator.js';
import type { Simulator } from '../simulator/simulator.js';
import { freePort } from '../src/worker/temporal/free-port.js';
import { startUp } from '../test/integration/collector-process.js';
import type { CollectorProcess } from '../test/integration/collector-process.js';
import { PROJECT_ROOT } from '../test/integration/temporal-server.js';
import { openBrowser } from '../test/ui/browser.js';
import type { Browser } from '../test/ui/browser.js';
import {
  fillSignal,
  fillStart,
  openDetails,
  openWorkflow,
  showColumns,
} from '../test/ui/temporal-ui.js';
import { withPrometheus } from './prometheus-picture.js';

const IMAGES = join(PROJECT_ROOT, 'docs', 'images');
const HOUR_MS = 3_600_000;
const INPUT = 'collect/cortex_xdr/simulated';
const COLUMNS = ['Status', 'Workflow ID', 'CortexInput', 'CortexService', 'CortexState'];
/** Cycles on the timeline that is shown: it tells how a stream lives, and each row can still be read. */
const CYCLES_SHOWN = 2;
/** Left of it is the menu, above it the bar: neither says anything. */
const CONTENT = { x: 256, y: 48 };

let folder: string;
let simulator: Simulator;
let collector: CollectorProcess;
let browser: Browser;
let uiUrl: string;

beforeAll(async () => {
  mkdirSync(IMAGES, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), 'screenshots-'));
  const uiPort = (await freePort(0)) ?? 0;
  uiUrl = `http://127.0.0.1:${uiPort}`;
  simulator = await simulate(uiPort);
  collector = startUp(simulator.configFile);
  browser = await openBrowser();
  const isUp = () => collector.output().includes('Collector running');
  await vi.waitUntil(isUp, { timeout: 60_000, interval: 200 });
});
afterAll(async () => {
  await browser.close();
  await collector.stop();
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Four services with a history; the key of the tenant may not read the audit log. */
async function simulate(uiPort: number): Promise<Simulator> {
  const nowMs = Date.now();
  const history = (count: number) => ({ count, fromMs: nowMs - 12 * HOUR_MS, toMs: nowMs });
  return await startSimulator({
    folder,
    tenant: {
      history: { incidents: history(3_000), alerts: history(1_500), agent_audits: history(400) },
      production: { incidents: 2, modifications: 1, alerts: 1, agent_audits: 0.5 },
      behaviour: { denied: { management_logs: 403 } },
    },
    services: { incidents: {}, alerts: {}, agent_audits: {}, audit_managements: {} },
    everyService: {
      start_time: new Date(nowMs - 24 * HOUR_MS).toISOString(),
      request_period_in_seconds: 10,
      settle_in_seconds: 5,
      lookback_in_seconds: 30,
    },
    globals: { temporal: { ui_port: uiPort } },
  });
}

async function take(page: Page, name: string, box: { height: number; whole?: boolean }) {
  const { x, y } = box.whole === true ? { x: 0, y: 0 } : CONTENT;
  const width = (page.viewportSize()?.width ?? 0) - x;
  // The pointer must not light up what it last clicked.
  await page.mouse.move(x, y);
  await page.screenshot({
    path: join(IMAGES, `${name}.png`),
    clip: { x, y, width, height: box.height },
    animations: 'disabled',
    caret: 'hide',
  });
}

test('pictures of Temporal UI', async () => {
  const { page } = browser;
  await showColumns(page, COLUMNS);

  const usual = page.viewportSize() ?? { width: 1_400, height: 1_000 };
  await page.setViewportSize({ ...usual, height: 1_200 });
  await openWorkflow(page, uiUrl, `${INPUT}/incidents`);
  await page.getByText('next pull in').nth(CYCLES_SHOWN).waitFor({ timeout: 120_000 });
  await take(page, 'timeline', { height: 1_070 });
  await page.setViewportSize(usual);

  await (await openDetails(page)).getByText('watermark').waitFor();
  await take(page, 'current-details', { height: 640 });

  await fillSignal(page, 'resetPersistence', '{"startTime": "2026-01-31T00:00:00Z"}');
  await take(page, 'send-signal', { height: 800 });

  await openWorkflow(page, uiUrl, `${INPUT}/audit_managements`);
  await (await openDetails(page)).getByText('CORTEX_FORBIDDEN').waitFor();
  await take(page, 'error', { height: 680 });

  await page.goto(`${uiUrl}/namespaces/default/workflows?query=CortexState%20!%3D%20%22ok%22`);
  await page.getByRole('link', { name: `${INPUT}/audit_managements` }).waitFor();
  await take(page, 'trouble', { height: 320 });

  await page.goto(uiUrl);
  await page.getByRole('link', { name: `${INPUT}/incidents` }).waitFor();
  await take(page, 'workflows', { height: 480, whole: true });

  await fillStart(page, {
    workflowId: 'backfill/cortex_xdr/simulated/alerts/2026-01-01T00:00:00Z/2026-02-01T00:00:00Z',
    taskQueue: 'cortex-devo',
    workflowType: 'backfill',
    input: '{"service": "alerts", "from": "2026-01-01", "to": "2026-02-01"}',
  });
  await page.getByText('Task Queue is Active').waitFor();
  await take(page, 'start-backfill', { height: 900 });
});

test('a picture of the metrics in Prometheus', async () => {
  const { page } = browser;
  const [, metrics = ''] = /"urls":\["http:\/\/([^"]+)"/.exec(collector.output()) ?? [];
  await withPrometheus(folder, metrics, page, async () => {
    await page.setViewportSize({ width: 1_400, height: 1_800 });
    await take(page, 'prometheus', { height: 1_600, whole: true });
  });
});
