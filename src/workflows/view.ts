import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { BackfillProgress } from '../pull/backfill.js';
import { progressOf, statusOf } from '../pull/report.js';
import type { OwedView, PullSummary, StreamError, StreamStatus } from '../pull/status.js';
import { formatDuration, formatWindow } from '../pull/time-text.js';
import type { Work } from '../pull/work.js';
import { ERROR_ATTRIBUTE, STATE_ATTRIBUTE, WATERMARK_ATTRIBUTE } from './attributes.js';

/** Least time between two writings of the watermark: each costs a history event. */
const WATERMARK_EVERY_MS = 300_000;
/** A stream that is this many periods behind is behind. */
const PERIODS_BEHIND = 3;
const MOST_ROWS = 10;

/** Shows a live stream: current details and search attributes. */
export function showStream(work: Work, nowMs: number): void {
  const status = statusOf(work);
  setCurrentDetails(streamDetails(work, status, nowMs));
  showAttributes(work, attributeState(status, nowMs), status.watermarkMs, nowMs);
}

/** Shows a backfill. */
export function showBackfill(work: Work, ended: 'done' | 'cancelled' | null, nowMs: number): void {
  const progress = progressOf(work, ended);
  setCurrentDetails(backfillDetails(work, progress, nowMs));
  const { state } = progress;
  const isOk = state === 'running' || state === 'done' || state === 'finishing';
  const toMs = Math.min(...progress.lanes.map(({ confirmedToMs }) => confirmedToMs));
  showAttributes(work, isOk ? owingOrOk(progress.owed) : state, toMs, nowMs);
}

/** What the list in Temporal UI is filtered by: `ok`, or what the trouble is. */
function attributeState(status: StreamStatus, nowMs: number): string {
  const { state, watermarkMs, settings } = status;
  if (state !== 'pulling' && state !== 'waiting') return state;
  const behindMs = nowMs - watermarkMs - settings.settleMs - PERIODS_BEHIND * settings.periodMs;
  const owing = owingOrOk(status.owed);
  return owing === 'ok' && behindMs > 0 ? 'behind' : owing;
}

function owingOrOk(owed: readonly OwedView[]): string {
  return owed.length > 0 ? 'owing' : 'ok';
}

function showAttributes(work: Work, state: string, watermarkMs: number, nowMs: number): void {
  if (!work.settings.searchAttributes) return;
  const error = errorsOf(work)[0]?.code ?? '';
  const { shown } = work;
  const isNew = state !== shown?.state || error !== shown.error;
  const isOld =
    watermarkMs !== shown?.watermarkMs && nowMs - (shown?.atMs ?? 0) >= WATERMARK_EVERY_MS;
  if (!isNew && !isOld) return;
  work.shown = { state, error, watermarkMs, atMs: nowMs };
  upsertSearchAttributes([
    { key: STATE_ATTRIBUTE, value: state },
    { key: ERROR_ATTRIBUTE, value: error },
    { key: WATERMARK_ATTRIBUTE, value: new Date(watermarkMs) },
  ]);
}

function errorsOf({ lanes, outputErrors, refused }: Work): StreamError[] {
  const errors = [...lanes.map(({ fetchError }) => fetchError), ...Object.values(outputErrors)];
  return [...errors, refused].filter((error) => error !== null);
}

/** One pull in a line, as timers and tables show it. */
export function pullText({ pullingId, records, events, segments }: PullSummary): string {
  const where = segments === 1 ? '1 segment' : `${segments} segments`;
  return `pull ${pullingId}: ${records} records, ${events} events in ${where}`;
}

function streamDetails(work: Work, status: StreamStatus, nowMs: number): string {
  const { totals, timeField, pausedSinceMs, lastReset } = status;
  const field = `${timeField ?? ''} (the tenant refuses server_creation_time)`;
  return [
    `## ${status.state}`,
    ...troubles(work),
    ...(pausedSinceMs === null ? [] : [`paused since ${iso(pausedSinceMs)}`]),
    table([
      [
        'watermark',
        `${iso(status.watermarkMs)} (${formatDuration(Math.max(0, nowMs - status.watermarkMs))} behind)`,
      ],
      ['written at', iso(nowMs)],
      [
        'in all',
        `${totals.records} records (${totals.duplicates} known already left out), ${totals.events} events in ${totals.segments} segments, ${totals.malformed} malformed`,
      ],
      ...waiting(status.pendingByOutput),
      ...(timeField === null ? [] : [['time field', field] as const]),
      ...(lastReset === null
        ? []
        : [['last reset', `${iso(lastReset.atMs)}, to ${iso(lastReset.startTimeMs)}`] as const]),
    ]),
    ...pullTable(work),
    ...owedTable(status.owed, nowMs),
    links(work),
  ].join('\n\n');
}

function backfillDetails(work: Work, progress: BackfillProgress, nowMs: number): string {
  const { totals, lanes } = progress;
  return [
    `## ${progress.state}, ${(progress.share * 100).toFixed(1)} % of the time`,
    ...troubles(work),
    table([
      ['range', `${iso(progress.fromMs)} - ${iso(progress.toMs)}`],
      ...lanes.map(
        ({ confirmedToMs }, at) => [`lane ${at + 1} delivered to`, iso(confirmedToMs)] as const,
      ),
      [
        'in all',
        `${totals.records} records, ${totals.events} events in ${totals.segments} segments`,
      ],
      ...waiting(progress.pendingByOutput),
      ['running for', formatDuration((progress.endedMs ?? nowMs) - progress.startedMs)],
      ['written at', iso(nowMs)],
    ]),
    ...owedTable(progress.owed, nowMs),
  ].join('\n\n');
}

function troubles(work: Work): string[] {
  const errors = errorsOf(work).map(({ code, message, failures, nextTryMs }) => {
    const next = nextTryMs === null ? '' : `, next try ${iso(nextTryMs)}`;
    return `${verbatim(`${code}: ${message}`)} (failures: ${failures}${next})`;
  });
  return [...errors, ...work.warnings.map((warning) => `warning: ${verbatim(warning)}`)];
}

function waiting(pendingByOutput: Readonly<Record<string, number>>): (readonly [string, string])[] {
  return Object.entries(pendingByOutput)
    .filter(([, segments]) => segments > 0)
    .map(([output, segments]) => [`waiting for ${output}`, `${segments} segments`] as const);
}

function pullTable({ pulls, pending }: Work): string[] {
  if (pulls.length === 0) return [];
  const rows = pulls.slice(0, MOST_ROWS).map((pull) => {
    const left = pending.filter(({ pullingId }) => pullingId === pull.pullingId).length;
    const delivered =
      pull.endedMs === null ? 'under way' : left > 0 ? `${left} segments wait` : 'yes';
    const shown = formatWindow({ fromMs: pull.fromMs, toMs: pull.toMs }, pull.pullingId);
    return `| ${pull.pullingId} | ${shown} | ${pull.records} | ${pull.events} | ${delivered} |`;
  });
  return [
    ['| pull | new time | records | events | delivered |', '|---|---|---|---|---|', ...rows].join(
      '\n',
    ),
  ];
}

function owedTable(owed: readonly OwedView[], nowMs: number): string[] {
  if (owed.length === 0) return [];
  const rows = owed.slice(0, MOST_ROWS).map(({ reason, window, incidents, error, ...rest }) => {
    const names =
      incidents.length === 0 ? '' : `incidents ${incidents.slice(0, MOST_ROWS).join(', ')}`;
    const what = window === null ? names : `${formatWindow(window, nowMs)} ${names}`;
    const next = rest.nextTryMs === null ? 'being delivered' : iso(rest.nextTryMs);
    return `| ${what} | ${reason} ${error === null ? '' : verbatim(`${error.code}: ${error.message}`)} | ${rest.failures} | ${next} |`;
  });
  const head = [`### Owed: ${owed.length}`, ''];
  return [
    [...head, '| what | why | failures | next try |', '|---|---|---|---|', ...rows].join('\n'),
  ];
}

/** The form is filled in by the newest backfill there is. */
function links({ settings }: Work): string {
  const form = `start-workflow?taskQueue=${encodeURIComponent(settings.taskQueuePrefix)}&workflowType=backfill`;
  return [
    `[Start a backfill](../../${form})`,
    "Steer it by **Send an Update**. **Request Cancellation** ends it in order, **Terminate** at once; `up` or `apply` starts it again where it stood. Temporal's own **Reset** does not reset the persistence: it repeats what was done since.",
  ].join('\n\n');
}

function table(rows: readonly (readonly [name: string, text: string])[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  // Temporal UI draws cells without padding, and Markdown keeps no spaces but these.
  const lines = rows.map(([name, text]) => `| ${name}\u00a0\u00a0 | ${cell(text)} |`);
  return ['| | |', '|---|---|', ...lines].join('\n');
}

/** As Markdown's code: elsewhere quotes become typographic ones, and an example copied is no JSON any more. */
function verbatim(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('\n', ' ')}\``;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
