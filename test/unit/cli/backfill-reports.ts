import type { BackfillProgress } from '../../../src/pull/backfill.js';
import type { BackfillReport } from '../../../src/worker/backfills.js';
import { NOW_MS, report } from './stream-reports.js';

const DAY_MS = 24 * 3_600_000;
const FROM_MS = Date.parse('2026-01-01T00:00:00Z');

/** A backfill of `alerts` that is halfway since ten minutes. */
export function backfillReport(
  change: Partial<BackfillReport> = {},
  progress: Partial<BackfillProgress> = {},
): BackfillReport {
  const totals = report().status?.totals;
  if (totals === undefined) throw new Error('the report has no status');
  return {
    workflowId: 'backfill/cortex_xdr/1/alerts/2026-01-01T00:00:00Z/2026-01-31T00:00:00Z',
    standing: 'running',
    running: true,
    startedMs: NOW_MS - 600_000,
    endedMs: null,
    progress: {
      input: 'cortex_xdr',
      inputId: '1',
      stream: 'alerts',
      state: 'running',
      fromMs: FROM_MS,
      toMs: FROM_MS + 30 * DAY_MS - 1,
      share: 0.5,
      lanes: [
        {
          fromMs: FROM_MS,
          toMs: FROM_MS + 30 * DAY_MS - 1,
          confirmedToMs: FROM_MS + 15 * DAY_MS - 1,
        },
      ],
      totals,
      pendingByOutput: { devo_eu: 1 },
      startedMs: NOW_MS - 600_000,
      endedMs: null,
      fetchError: null,
      outputErrors: {},
      owed: [],
      warnings: [],
      ...progress,
    },
    ...change,
  };
}
