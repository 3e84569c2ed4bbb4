import type { BackfillProgress } from '../../../src/pull/backfill.js';
import type { OwedView, StreamStatus } from '../../../src/pull/status.js';
import type { Cluster } from '../cluster.js';
import type { Random } from '../random.js';
import type { Execution } from '../temporal/execution.js';
import { clock } from '../time/clock.js';
import type { Check } from './check.js';

/** Share of the tasks after which one looks. */
const LOOKS = 0.15;

/** At and before the watermark everything is confirmed by every output or owed, but for what came late. */
export function watermarkHonest(
  cluster: Cluster,
  random: Random,
  report: (text: string) => void,
): Check {
  return {
    property: 'a watermark never passes what is not confirmed',
    onTaskDone: (run) => {
      if (!random.chance(LOOKS)) return;
      if (run.names.type === 'backfill') {
        clock.after(0, async () => {
          const progress = await run.query('progress', []).catch(() => null);
          if (progress !== null) lookAtLanes(run, progress as BackfillProgress);
        });
        return;
      }
      clock.after(0, async () => {
        const status = (await run.query('status', []).catch(() => undefined)) as
          StreamStatus | undefined;
        if (status !== undefined) look(run, status);
      });
    },
  };

  function lookAtLanes(run: Execution, { stream, lanes, startedMs, owed }: BackfillProgress): void {
    if (stream === 'incident_alerts') return;
    for (const { identities, timeMs, visibleMs } of cluster.tenant.owed(new Set([stream]))) {
      const isDone = lanes.some(
        ({ fromMs, confirmedToMs }) => timeMs >= fromMs && timeMs <= confirmedToMs,
      );
      if (!isDone || visibleMs > startedMs) continue;
      for (const output of cluster.draw.outputs) {
        if (cluster.joinedMs(output) > 0 || isOwed(owed, timeMs, output)) continue;
        const missing = identities.find((name) => cluster.ledger.arrived(output, name) === 0);
        if (missing === undefined) continue;
        report(`${run.workflowId} is past ${missing}, which ${output} does not have`);
        return;
      }
    }
  }

  function look(run: Execution, { stream, watermarkMs, settings, owed }: StreamStatus): void {
    // Incidents that are set aside are behind its watermark, and owed by name and not by time.
    if (stream === 'incident_alerts') return;
    const fromMs = cluster.liveFromMs(stream);
    for (const { identities, timeMs, visibleMs } of cluster.tenant.owed(new Set([stream]))) {
      const isLate = visibleMs + cluster.tenant.behaviour.skewMs > timeMs + cluster.draw.settleMs;
      if (timeMs > watermarkMs || timeMs < fromMs || isLate) continue;
      for (const output of settings.outputs) {
        if (visibleMs <= cluster.joinedMs(output)) continue;
        if (isOwed(owed, timeMs, output)) continue;
        const missing = identities.find((name) => cluster.ledger.arrived(output, name) === 0);
        if (missing === undefined) continue;
        report(`${run.workflowId} is past ${missing}, which ${output} does not have`);
        return;
      }
    }
  }
}

/** Whether a record's time is left out of the watermark for that output. */
function isOwed(owed: readonly OwedView[], timeMs: number, output: string): boolean {
  return owed.some(
    ({ window, outputs }) =>
      window !== null &&
      timeMs >= window.fromMs &&
      timeMs < window.toMs + 1 &&
      (outputs.length === 0 || outputs.includes(output)),
  );
}
