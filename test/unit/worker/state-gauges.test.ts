import { expect, test } from 'vitest';
import { createMetrics } from '../../../src/worker/observe/metrics.js';
import { setStateGauges } from '../../../src/worker/observe/state-gauges.js';
import type { StreamView } from '../../../src/worker/observe/stream-watch.js';
import { errorWith, NOW_MS, viewWith } from './stream-views.js';

const LABELS = 'input="tenant",stream="alerts"';

function gauges() {
  const metrics = createMetrics();
  return async (view: StreamView, name: string, nowMs = NOW_MS): Promise<string[]> => {
    const watched = { lookedMs: NOW_MS, temporalReachable: true, backlog: null, streams: [view] };
    setStateGauges(metrics, watched, [], nowMs);
    const text = await metrics.registry.metrics();
    return text.split('\n').filter((line) => line.startsWith(`cortex_devo_${name}`));
  };
}

test('lag and checkpoint age grow between two looks', async () => {
  const seriesOf = gauges();
  const view = viewWith({ watermarkMs: NOW_MS - 90_000 }, { advancedMs: NOW_MS - 30_000 });
  expect(await seriesOf(view, 'stream_lag')).toEqual([
    `cortex_devo_stream_lag_seconds{${LABELS}} 90`,
  ]);
  expect(await seriesOf(view, 'stream_lag', NOW_MS + 10_000)).toEqual([
    `cortex_devo_stream_lag_seconds{${LABELS}} 100`,
  ]);
  expect(await seriesOf(view, 'stream_checkpoint_age', NOW_MS + 10_000)).toEqual([
    `cortex_devo_stream_checkpoint_age_seconds{${LABELS}} 40`,
  ]);
});

test('an error in force is a series with its code, which goes when the error goes', async () => {
  const seriesOf = gauges();
  const failing = viewWith({
    fetchError: errorWith('CORTEX_FORBIDDEN'),
    outputErrors: { devo: errorWith('DEVO_SEND_RESET') },
  });
  expect(await seriesOf(failing, 'stream_error')).toEqual([
    `cortex_devo_stream_error_failures{${LABELS},output="",code="CORTEX_FORBIDDEN"} 2`,
    `cortex_devo_stream_error_failures{${LABELS},output="devo",code="DEVO_SEND_RESET"} 2`,
  ]);
  expect(await seriesOf(viewWith(), 'stream_error')).toEqual([]);
});

test('a stream is in one state, and its pending segments are told by output', async () => {
  const seriesOf = gauges();
  const view = viewWith({ state: 'blocked', pendingByOutput: { devo: 2, relay: 0 } });
  const states = await seriesOf(view, 'stream_state');
  expect(states).toHaveLength(7);
  expect(states.filter((line) => line.endsWith(' 1'))).toEqual([
    `cortex_devo_stream_state{${LABELS},state="blocked"} 1`,
  ]);
  expect(await seriesOf(view, 'stream_pending')).toEqual([
    `cortex_devo_stream_pending_segments{${LABELS},output="devo"} 2`,
    `cortex_devo_stream_pending_segments{${LABELS},output="relay"} 0`,
  ]);
});

test('of a stream that never answered only that is known', async () => {
  const seriesOf = gauges();
  const problem = { code: 'STREAM_NO_ANSWER', message: 'm' };
  expect(await seriesOf(viewWith({}, { status: null, problem }), 'stream')).toEqual([
    `cortex_devo_stream_up{${LABELS}} 0`,
  ]);
});
