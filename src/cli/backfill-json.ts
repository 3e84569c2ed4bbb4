import type { BackfillReport } from '../worker/backfills.js';
import { placeOf } from './choose-backfill.js';
import { rangeOf } from './backfill-range.js';

interface BackfillErrorJson {
  /** `workflow`: it failed as a whole; `query`: it could not be asked. */
  readonly source: 'fetch' | 'output' | 'workflow' | 'query';
  readonly output?: string;
  readonly code: string;
  readonly message: string;
  readonly at?: string;
  readonly failures?: number;
  readonly nextTry?: string | null;
}

/**
 * One backfill as `--json` prints it; fields are only ever added. Times are ISO 8601 in UTC, `to` is the end that
 * does not belong to the range; `state` is one of starting, running, blocked, failing, paused, finishing, done,
 * cancelled, failed, terminated, timed out, no answer; `share` is 0 to 1; what is not known is null.
 */
export interface BackfillJson {
  readonly workflowId: string;
  readonly input: string | null;
  readonly inputId: string | null;
  readonly stream: string | null;
  readonly state: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly share: number | null;
  readonly records: number | null;
  readonly events: number | null;
  readonly started: string;
  readonly ended: string | null;
  readonly lanes: readonly {
    readonly from: string;
    readonly to: string;
    readonly confirmedTo: string;
  }[];
  readonly pendingByOutput: Readonly<Record<string, number>>;
  readonly errors: readonly BackfillErrorJson[];
  readonly warnings: readonly string[];
}

/** The stable form of a list of backfills. */
export function backfillsJson(reports: readonly BackfillReport[]): BackfillJson[] {
  return reports.map(backfillJson);
}

/** The stable form of one backfill. */
export function backfillJson(report: BackfillReport): BackfillJson {
  const { progress } = report;
  const place = placeOf(report);
  const range = rangeOf(report);
  return {
    workflowId: report.workflowId,
    input: place.input || null,
    inputId: place.inputId || null,
    stream: place.stream || null,
    state: report.standing,
    from: range?.from ?? null,
    to: range?.to ?? null,
    share: progress === null ? null : Number(progress.share.toFixed(4)),
    records: progress?.totals.records ?? null,
    events: progress?.totals.events ?? null,
    started: iso(report.startedMs),
    ended: report.endedMs === null ? null : iso(report.endedMs),
    lanes: (progress?.lanes ?? []).map(({ fromMs, toMs, confirmedToMs }) => ({
      from: iso(fromMs),
      to: iso(toMs + 1),
      confirmedTo: iso(confirmedToMs),
    })),
    pendingByOutput: progress?.pendingByOutput ?? {},
    errors: errorsOf(report),
    warnings: progress?.warnings ?? [],
  };
}

function errorsOf({ problem, progress, standing }: BackfillReport): BackfillErrorJson[] {
  const whole = standing === 'failed' ? ('workflow' as const) : ('query' as const);
  const inForce = [
    ...(progress?.fetchError ? [{ source: 'fetch' as const, error: progress.fetchError }] : []),
    ...Object.entries(progress?.outputErrors ?? {}).map(([output, error]) => ({
      source: 'output' as const,
      output,
      error,
    })),
  ];
  return [
    ...(problem === undefined ? [] : [{ source: whole, ...problem }]),
    ...inForce.map(({ error: { code, message, atMs, failures, nextTryMs }, ...where }) => ({
      ...where,
      code,
      message,
      at: iso(atMs),
      failures,
      nextTry: nextTryMs === null ? null : iso(nextTryMs),
    })),
  ];
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
