import type { BackfillProgress } from '../../../src/pull/backfill.js';
import type { StreamStatus } from '../../../src/pull/status.js';
import type { AttemptHandle } from '../temporal/activity-attempt.js';
import type { Execution } from '../temporal/execution.js';
import { clock } from '../time/clock.js';
import type { Check } from './check.js';

/** What is under way when it is paused may end, and what failed may be tried again. */
const IN_HAND_MS = 120_000;

interface Pause {
  readonly atMs: number;
  readonly runId: string;
  /** Tasks that were done since: the first may have begun before. */
  tasks: number;
}

/** A pause holds, whenever it comes, and begins nothing. */
export function pauseRests(
  isAgain: (workflowId: string, segment: string) => boolean,
  report: (text: string) => void,
): Check {
  const pauses = new Map<string, Pause>();
  return {
    property: 'a pause holds and begins nothing',
    onSignal: (run, name) => {
      if (name === 'pause') {
        pauses.set(run.workflowId, { atMs: clock.nowMs, runId: run.runId, tasks: 0 });
      } else {
        if (name === 'resume') lookAtPull(run, pauses.get(run.workflowId));
        pauses.delete(run.workflowId);
      }
    },
    onTaskDone: (run) => {
      const pause = pauses.get(run.workflowId);
      if (pause?.runId === run.runId) pause.tasks += 1;
    },
    onClosed: ({ workflowId }) => {
      pauses.delete(workflowId);
    },
    onBegun: ({ order }: AttemptHandle, segment: string | undefined) => {
      const pause = pauses.get(order.workflowId);
      if (pause === undefined || segment === undefined || order.number > 1) return;
      if (pause.tasks < 2 || clock.nowMs < pause.atMs + IN_HAND_MS) return;
      if (isAgain(order.workflowId, segment)) return;
      report(`${order.workflowId} fetches ${segment} though it is paused`);
    },
  };

  /** Just before a pause ends. */
  function lookAtPull(run: Execution, pause: Pause | undefined): void {
    if (pause === undefined || pause.tasks < 1 || run.names.type !== 'collectService') return;
    const { atMs } = pause;
    clock.after(0, async () => {
      const status = (await run.query('status', []).catch(() => undefined)) as
        StreamStatus | BackfillProgress | undefined;
      if (status === undefined || !('lastPull' in status) || status.lastPull === null) return;
      const { pullingId, endedMs, requests } = status.lastPull;
      if (pullingId < atMs || pullingId >= clock.nowMs || endedMs !== null || requests > 0) return;
      if (clock.nowMs < atMs + IN_HAND_MS || status.fetchError !== null) return;
      report(`${run.workflowId} began a pull when it was paused`);
    });
  }
}
