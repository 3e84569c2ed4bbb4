import type { PullSummary, StreamError, StreamTotals } from '../pull/status.js';
import type { BackfillReport } from '../worker/backfills.js';
import type { StreamReport } from '../worker/status.js';
import { backfillsJson } from './backfill-json.js';
import type { BackfillJson } from './backfill-json.js';
import { errorsOf, stateOf } from './status-table.js';

interface ErrorJson {
  /** `query`: the stream could not be asked. */
  readonly source: 'fetch' | 'output' | 'signal' | 'query';
  readonly output?: string;
  readonly code: string;
  readonly message: string;
  readonly at?: string;
  readonly failures?: number;
  readonly nextTry?: string | null;
}

interface StreamJson {
  readonly input: string;
  readonly inputId: string;
  readonly stream: string;
  readonly workflowId: string;
  readonly state: string;
  readonly startTime: string | null;
  readonly watermark: string | null;
  readonly fetchedTo: string | null;
  readonly lagSeconds: number | null;
  readonly nextPull: string | null;
  readonly lastPull: {
    readonly pullingId: string;
    readonly from: string;
    readonly to: string;
    readonly ended: string | null;
    readonly requests: number;
    readonly records: number;
    readonly duplicates: number;
    readonly events: number;
  } | null;
  readonly totals: StreamTotals | null;
  readonly pendingByOutput: Readonly<Record<string, number>>;
  readonly errors: readonly ErrorJson[];
  readonly warnings: readonly string[];
  readonly pausedSince: string | null;
  /** What is left out of the watermark and read again; `from` and `to` are null where incidents are owed by name. */
  readonly owed: readonly {
    readonly reason: string;
    readonly from: string | null;
    readonly to: string | null;
    readonly incidents: readonly string[];
    readonly outputs: readonly string[];
    readonly since: string;
    readonly failures: number;
    readonly nextTry: string | null;
    readonly code: string | null;
  }[];
}

/** What `status --json` prints; fields are only ever added. */
export interface StatusJson {
  readonly at: string;
  readonly streams: readonly StreamJson[];
  readonly backfills: readonly BackfillJson[];
}

/** What `status` shows. */
export interface StatusReports {
  readonly streams: readonly StreamReport[];
  /** The running ones. */
  readonly backfills: readonly BackfillReport[];
}

/**
 * The stable form of `status --json`: `{at, streams: [{input, inputId, stream, workflowId, state, startTime,
 * watermark, fetchedTo, lagSeconds, nextPull, lastPull, totals, pendingByOutput, errors, warnings, pausedSince, owed}], backfills}`, the
 * running backfills as `backfill list --json` has them.
 * Times are ISO 8601 in UTC; `state` is one of pulling, waiting, blocked, failing, paused, stopped, not started,
 * no answer; what a stream that gave no answer cannot tell is null. A fetched and unconfirmed segment counts
 * once per output in `pendingByOutput`. `lastPull.pullingId` is the events' `@devo_pulling_id`.
 */
export function statusJson({ streams, backfills }: StatusReports, nowMs: number): StatusJson {
  return {
    at: iso(nowMs),
    streams: streams.map((report) => streamJson(report, nowMs)),
    backfills: backfillsJson(backfills),
  };
}

function streamJson(report: StreamReport, nowMs: number): StreamJson {
  const { identity, workflowId, status, problem } = report;
  return {
    input: identity.input,
    inputId: identity.inputId,
    stream: identity.stream,
    workflowId,
    state: stateOf(report),
    startTime: isoOrNull(status?.startTimeMs),
    watermark: isoOrNull(status?.watermarkMs),
    fetchedTo: isoOrNull(status?.fetchedToMs),
    lagSeconds:
      status === null ? null : Math.max(0, Math.round((nowMs - status.watermarkMs) / 1_000)),
    nextPull: isoOrNull(status?.nextPullMs),
    lastPull: status?.lastPull ? pullJson(status.lastPull) : null,
    totals: status?.totals ?? null,
    pendingByOutput: status?.pendingByOutput ?? {},
    errors: [
      ...(problem === undefined ? [] : [{ source: 'query' as const, ...problem }]),
      ...(status === null ? [] : errorsOf(status)).map(({ source, output, error }) => ({
        source,
        ...(output === undefined ? {} : { output }),
        ...errorJson(error),
      })),
    ],
    warnings: status?.warnings ?? [],
    pausedSince: isoOrNull(status?.pausedSinceMs),
    owed: (status?.owed ?? []).map(({ reason, window, incidents, outputs, ...rest }) => ({
      reason,
      from: isoOrNull(window?.fromMs),
      to: isoOrNull(window?.toMs),
      incidents,
      outputs,
      since: iso(rest.sinceMs),
      failures: rest.failures,
      nextTry: isoOrNull(rest.nextTryMs),
      code: rest.error?.code ?? null,
    })),
  };
}

function pullJson(pull: PullSummary): StreamJson['lastPull'] {
  const { requests, records, duplicates, events } = pull;
  return {
    pullingId: String(pull.pullingId),
    from: iso(pull.fromMs),
    to: iso(pull.toMs),
    ended: isoOrNull(pull.endedMs),
    requests,
    records,
    duplicates,
    events,
  };
}

function errorJson({ code, message, atMs, failures, nextTryMs }: StreamError) {
  return { code, message, at: iso(atMs), failures, nextTry: isoOrNull(nextTryMs) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNull(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : iso(ms);
}
