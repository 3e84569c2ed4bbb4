import type { Connection } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';

/**
 * A week: a stream that left the config and comes back within it goes on from its watermark, and `backfill list`
 * shows what has ended. A run in which much happened takes some MB of the database meanwhile.
 */
export const RETENTION_MS = 7 * 24 * 3_600_000;

/** Lets the namespace keep ended runs for a week; one that keeps them longer stays as it is. */
export async function keepEndedRuns(connection: Connection, namespace: string): Promise<void> {
  const { workflowService } = connection;
  const { config } = await workflowService.describeNamespace({ namespace });
  const kept = config?.workflowExecutionRetentionTtl;
  if (kept !== undefined && kept !== null && tsToMs(kept) >= RETENTION_MS) return;
  await workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: msToTs(RETENTION_MS) },
  });
}
