import type { StreamStatus } from '../../../src/pull/status.js';
import type { Cluster } from '../cluster.js';

/** Longest wait after an error, and some more for what comes after it. */
const REST_MS = 60 * 60_000;

/** How long after the last fault everything is up to date again, at most. */
export function aliveWithinMs({ draw }: Cluster): number {
  return REST_MS + 3 * draw.periodMs;
}

/** What still is not as it should be after the last fault; nothing where all is up to date. */
export async function notAlive(cluster: Cluster, calmSinceMs: number): Promise<string[]> {
  const problems: string[] = [];
  for (const workflowId of cluster.streamIds) {
    const run = cluster.server.find(workflowId);
    if (run === undefined || run.closed !== undefined) {
      problems.push(`${workflowId} does not run`);
      continue;
    }
    if (run.stuck !== undefined) return [`${workflowId} is stuck`];
    const status = (await run.query('status', []).catch(() => undefined)) as
      StreamStatus | undefined;
    const problem = status === undefined ? 'has not begun' : trouble(status, calmSinceMs);
    if (problem !== undefined) problems.push(`${workflowId} ${problem}`);
  }
  for (const run of cluster.server.latest) {
    if (run.names.type === 'backfill' && run.closed === undefined) {
      problems.push(`${run.workflowId} has not ended`);
    }
  }
  return problems;
}

function trouble(status: StreamStatus, calmSinceMs: number): string | undefined {
  const { state, lastPull, pendingByOutput, fetchError, outputErrors, watermarkMs } = status;
  if (state !== 'waiting') return `is ${state}`;
  if (fetchError !== null) return `has the error ${fetchError.code}`;
  if (Object.keys(outputErrors).length > 0)
    return `has errors of ${Object.keys(outputErrors).join()}`;
  if (Object.values(pendingByOutput).some((count) => count > 0)) return 'has segments to deliver';
  if ((lastPull?.pullingId ?? 0) < calmSinceMs) return 'did not pull since';
  if (watermarkMs !== status.fetchedToMs) return 'has a watermark behind what is fetched';
  return undefined;
}
