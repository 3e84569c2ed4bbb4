import { setTimeout as sleep } from 'node:timers/promises';
import { startUp } from '../integration/collector-process.js';
import { memoryMb, openPlace } from '../integration/collecting.js';

/** Events of an alert in the simulated tenant; with the alert itself, an alert makes some three frames of 3 KB on average. */
const EVENTS_PER_ALERT = 2;
const LOOK_EVERY_MS = 200;

export interface SlowReceiverOptions {
  /** Frames to deliver, alerts and their events. */
  readonly events: number;
  readonly bytesPerSecond: number;
}

export interface SlowReceiverResult {
  readonly received: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly bytesPerEvent: number;
  readonly seconds: number;
  /** Highest resident memory of the collector's process, its Temporal server not counted. */
  readonly peakMb: number;
}

/** Pulls alerts for a receiver that reads slowly, with the built collector, and tells what memory that took. */
export async function runSlowReceiver(options: SlowReceiverOptions): Promise<SlowReceiverResult> {
  const nowMs = Date.now();
  const count = Math.round(options.events / (1 + EVENTS_PER_ALERT));
  const place = await openPlace({
    incidents: 0,
    services: { alerts: {} },
    tenant: {
      history: { alerts: { count, fromMs: nowMs - 72_000_000, toMs: nowMs - 3_600_000 } },
      eventsPerAlert: { least: EVENTS_PER_ALERT, most: EVENTS_PER_ALERT },
      behaviour: { requestsPerSecond: 0 },
    },
  });
  const { receiver, reckoning, configFile } = place.simulator;
  await receiver.setMode({ kind: 'slow', bytesPerSecond: options.bytesPerSecond });
  const startMs = performance.now();
  const collector = startUp(configFile);
  try {
    let peakMb = 0;
    const owed = count * (1 + EVENTS_PER_ALERT);
    while (receiver.stats().events < owed || reckoning().lost > 0) {
      await sleep(LOOK_EVERY_MS);
      if (collector.hasEnded()) throw new Error(`it ended: ${collector.output().slice(-3_000)}`);
      peakMb = memoryMb(collector.pid, 'VmHWM');
    }
    const { received, lost, duplicated } = reckoning();
    const { bytes } = receiver.stats();
    const seconds = Math.round((performance.now() - startMs) / 1000);
    const bytesPerEvent = Math.round(bytes / received);
    return { received, lost, duplicated, bytesPerEvent, seconds, peakMb };
  } finally {
    await collector.stop();
    await place.close();
  }
}
