import type { BackfillProgress } from '../../../src/pull/backfill.js';
import type { StreamStatus } from '../../../src/pull/status.js';
import type { Cluster } from '../cluster.js';
import type { Random } from '../random.js';
import type { Execution } from '../temporal/execution.js';
import { clock } from '../time/clock.js';
import type { Check } from './check.js';

/** Share of the tasks after which one looks. */
const LOOKS = 0.15;

/** At and before the watermark everything is confirmed by every output, but for what came late. */
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

  function lookAtLanes(run: Execution, { stream, lanes, startedMs }: BackfillProgress): void {
    if (stream === 'incident_alerts') return;
    for (const { identities, timeMs, visibleMs } of cluster.tenant.owed(new Set([stream]))) {
      const isDone = lanes.some(
        ({ fromMs, confirmedToMs }) => timeMs >= fromMs && timeMs <= confirmedToMs,
      );
      if (!isDone || visibleMs > startedMs) continue;
      for (const output of cluster.draw.outputs) {
        if (cluster.joinedMs(output) > 0) continue;
        const missing = identities.find((name) => cluster.ledger.arrived(output, name) === 0);
        if (missing === undefined) continue;
        report(`${run.workflowId} is past ${missing}, which ${output} does not have`);
        return;
      }
    }
  }

  function look(run: Execution, { stream, watermarkMs, settings }: StreamStatus): void {
    // Incidents that are set aside are behind its watermark, and their status names them in words only.
    if (stream === 'incident_alerts') return;
    const fromMs = cluster.liveFromMs(stream);
    for (const { identities, timeMs, visibleMs } of cluster.tenant.owed(new Set([stream]))) {
      const isLate = visibleMs + cluster.tenant.behaviour.skewMs > timeMs + cluster.draw.settleMs;
      if (timeMs > watermarkMs || timeMs < fromMs || isLate) continue;
      for (const output of settings.outputs) {
        if (visibleMs <= cluster.joinedMs(output)) continue;
        const missing = identities.find((name) => cluster.ledger.arrived(output, name) === 0);
        if (missing === undefined) continue;
        report(`${run.workflowId} is past ${missing}, which ${output} does not have`);
        return;
      }
    }
  }
}
