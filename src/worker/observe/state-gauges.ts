import type { StreamState } from '../../pull/status.js';
import type { CollectorMetrics } from './metrics.js';
import { isPolling } from './readiness.js';
import type { WatchedWorker } from './readiness.js';
import type { StreamView, WatchedState } from './stream-watch.js';

const STATES: readonly (StreamState | 'ended')[] = [
  'pulling',
  'waiting',
  'blocked',
  'failing',
  'paused',
  'stopped',
  'ended',
];

/** Sets the gauges of workers, Temporal, disk and streams; series of what is gone go. `nowMs`: epoch ms. */
export function setStateGauges(
  metrics: CollectorMetrics,
  watched: WatchedState,
  workers: readonly WatchedWorker[],
  nowMs: number,
): void {
  metrics.temporalReachable.set(watched.temporalReachable ? 1 : 0);
  for (const { queue } of workers) {
    const all = workers.filter((worker) => worker.queue === queue).every(isPolling);
    metrics.workerPolling.set({ queue }, all ? 1 : 0);
  }
  if (watched.backlog !== null) {
    metrics.backlogSegments.set(watched.backlog.segments);
    metrics.backlogBytes.set(watched.backlog.bytes);
  }
  const ofStreams = [
    metrics.streamUp,
    metrics.streamLastSuccess,
    metrics.streamState,
    metrics.streamLag,
    metrics.streamCheckpointAge,
    metrics.streamPeriod,
    metrics.streamPending,
    metrics.streamErrors,
    metrics.streamOwed,
  ];
  for (const gauge of ofStreams) gauge.reset();
  for (const view of watched.streams) setStreamGauges(metrics, view, nowMs);
}

function setStreamGauges(metrics: CollectorMetrics, view: StreamView, nowMs: number): void {
  const { identity, status, problem, lastSuccessMs } = view;
  const labels = { input: identity.input, stream: identity.stream };
  metrics.streamUp.set(labels, problem === undefined ? 1 : 0);
  if (lastSuccessMs !== null) metrics.streamLastSuccess.set(labels, lastSuccessMs / 1_000);
  const shown = problem?.code === 'STREAM_ENDED' ? 'ended' : status?.state;
  for (const state of shown === undefined ? [] : STATES) {
    metrics.streamState.set({ ...labels, state }, state === shown ? 1 : 0);
  }
  if (status === null) return;
  metrics.streamLag.set(labels, Math.max(0, nowMs - status.watermarkMs) / 1_000);
  metrics.streamCheckpointAge.set(labels, Math.max(0, nowMs - view.advancedMs) / 1_000);
  metrics.streamPeriod.set(labels, status.settings.periodMs / 1_000);
  for (const [output, segments] of Object.entries(status.pendingByOutput)) {
    metrics.streamPending.set({ ...labels, output }, segments);
  }
  for (const { reason } of status.owed) metrics.streamOwed.inc({ ...labels, reason });
  const { fetchError, outputErrors } = status;
  if (fetchError !== null) {
    metrics.streamErrors.set({ ...labels, output: '', code: fetchError.code }, fetchError.failures);
  }
  for (const [output, { code, failures }] of Object.entries(outputErrors)) {
    metrics.streamErrors.set({ ...labels, output, code }, failures);
  }
}
