import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createMetrics } from '../../../src/worker/observe/metrics.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface NamedMetric {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
}

function ownMetrics(): NamedMetric[] {
  return createMetrics()
    .registry.getMetricsAsArray()
    .map((metric) => metric as unknown as { name: string; labelNames: string[] })
    .filter(({ name }) => name.startsWith('cortex_devo_'))
    .map(({ name, labelNames, constructor }) => ({
      name,
      type: constructor.name.toLowerCase(),
      labels: labelNames.filter((label) => label !== 'le'),
    }));
}

/** The rows between the marks of docs/metrics.md. */
function documentedMetrics(): NamedMetric[] {
  const [, table = ''] =
    /<!-- metrics:begin -->([^]*)<!-- metrics:end -->/.exec(read('docs/metrics.md')) ?? [];
  return [...table.matchAll(/^\| `(\w+)` +\| (\w+) +\| ([\w, ]*?) *\|/gm)].map(
    ([, name = '', type = '', labels = '']) => ({
      name,
      type,
      labels: labels === '' ? [] : labels.split(', '),
    }),
  );
}

/** Every metric that an expression names, histograms by their base name. */
function usedMetrics(text: string): string[] {
  const names = text.match(/\b(cortex_devo|process|nodejs|temporal)_\w+\b/g) ?? [];
  return [...new Set(names.map((name) => name.replace(/_(bucket|sum|count)$/, '')))];
}

test('docs/metrics.md has every metric with its type and labels, and no other', () => {
  expect(documentedMetrics()).toEqual(ownMetrics());
});

test('no histogram has a series for each of hundreds of tenants', () => {
  const ofTenants = ownMetrics().filter(
    ({ type, labels }) => type === 'histogram' && labels.includes('input'),
  );
  expect(ofTenants).toEqual([]);
});

test('no label can hold an id or the content of an event', () => {
  const labels = new Set(ownMetrics().flatMap((metric) => metric.labels));
  expect([...labels].sort()).toEqual([
    'activity',
    'code',
    'confirmation',
    'endpoint',
    'input',
    'kind',
    'output',
    'queue',
    'reason',
    'state',
    'status',
    'stream',
    'tag',
    'version',
  ]);
});

test.each([
  'deploy/prometheus/rules.yml',
  'deploy/prometheus/rules-test.yml',
  'deploy/grafana/dashboard.json',
])('%s asks for metrics that exist', (path) => {
  const known = new Set([
    ...createMetrics()
      .registry.getMetricsAsArray()
      .map(({ name }) => name),
    // Of the SDK, seen in test/integration/observe.test.ts.
    'temporal_worker_task_slots_used',
  ]);
  const used = usedMetrics(read(path));
  expect(used.length).toBeGreaterThan(5);
  expect(used.filter((name) => !known.has(name))).toEqual([]);
});

test('the dashboard leaves out only what its other panels say', () => {
  const shown = usedMetrics(read('deploy/grafana/dashboard.json'));
  const left = ownMetrics()
    .map(({ name }) => name)
    .filter((name) => !shown.includes(name));
  expect(left).toEqual([
    'cortex_devo_host_clock_ahead_seconds',
    'cortex_devo_rereads_total',
    'cortex_devo_fetch_duration_seconds',
    'cortex_devo_fetched_events_total',
    'cortex_devo_fetched_bytes_total',
    'cortex_devo_segment_backlog_files',
    'cortex_devo_stream_state',
    'cortex_devo_stream_period_seconds',
    'cortex_devo_stream_owed',
  ]);
});
