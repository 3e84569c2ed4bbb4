import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { vi } from 'vitest';
import { freePort } from '../src/worker/temporal/free-port.js';

/** Each a panel of the picture. */
const QUERIES = [
  'sum by (tag) (rate(cortex_devo_delivered_events_total[30s]))',
  'cortex_devo_stream_lag_seconds{stream!="audit_managements"}',
];
/** Samples, one per second, before the lines tell something. */
const SAMPLES = 100;

/** Runs Prometheus on the metrics of a collector for a while, and opens its graphs. */
export async function withPrometheus(
  folder: string,
  metrics: string,
  page: Page,
  body: () => Promise<void>,
): Promise<void> {
  const configFile = join(folder, 'prometheus.json');
  const job = { job_name: 'cortex-devo', static_configs: [{ targets: [metrics] }] };
  const config = { global: { scrape_interval: '1s' }, scrape_configs: [job] };
  writeFileSync(configFile, JSON.stringify(config));
  const address = `127.0.0.1:${(await freePort(0)) ?? 0}`;
  const prometheus = spawn(
    'prometheus',
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(prometheus, 'exit');
  try {
    const samples = async () => {
      const query = `http://${address}/api/v1/query?query=count_over_time(up[10m])`;
      const text = await fetch(query).then(
        (reply) => reply.text(),
        () => '',
      );
      return Number(/"value":\[[^,]+,"(\d+)"/.exec(text)?.[1] ?? 0);
    };
    await vi.waitUntil(async () => (await samples()) >= SAMPLES, {
      timeout: 200_000,
      interval: 1_000,
    });
    const panels = QUERIES.map(
      (query, at) =>
        `g${at}.expr=${encodeURIComponent(query)}&g${at}.tab=0&g${at}.range_input=${SAMPLES}s&g${at}.stacked=0`,
    );
    await page.goto(`http://${address}/graph?${panels.join('&')}`);
    await page
      .getByText('Load time')
      .nth(QUERIES.length - 1)
      .waitFor();
    await body();
  } finally {
    prometheus.kill('SIGTERM');
    await ended;
  }
}
