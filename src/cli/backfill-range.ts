import type { BackfillReport } from '../worker/backfills.js';

/** Both ends of a range as ISO 8601; `to` does not belong to it. */
export interface RangeText {
  readonly from: string;
  readonly to: string;
}

/** The range as the backfill says, else as its id says; undefined where neither does. */
export function rangeOf({ progress, workflowId }: BackfillReport): RangeText | undefined {
  if (progress !== null) return { from: isoOf(progress.fromMs), to: isoOf(progress.toMs + 1) };
  const [kind, , , , from, to] = workflowId.split('/');
  return kind === 'backfill' && from !== undefined && to !== undefined ? { from, to } : undefined;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
