import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../activities/window-sink.js';
import { devoError } from '../devo/errors.js';
import type { QueryClient } from '../devo/query/client.js';
import type { ReadPage } from '../pull/read-window.js';
import type { TimeWindow } from '../pull/window.js';
import { countRecords, readRecords } from './verify-cortex.js';
import type { CortexRecord } from './verify-cortex.js';
import { openDevoTable } from './verify-devo.js';
import type { Arrival, DevoTable } from './verify-devo.js';
import type { RecordIdentity } from './verify-identity.js';
import { daysOf, inWindow } from './verify-report.js';
import type { DayReport } from './verify-report.js';

/** What a comparison found. */
export interface Comparison {
  readonly days: readonly DayReport[];
  /** Of all days. */
  readonly missing: readonly CortexRecord[];
}

export interface CompareOptions {
  readonly client: QueryClient;
  readonly readPage: ReadPage<Row>;
  readonly identity: RecordIdentity;
  readonly range: TimeWindow;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  /** Between the two looks that have to agree on what is missing. */
  readonly apartMs: number;
  /** `share`: 0 to 1 of the work that is known of. */
  readonly onProgress: (share: number, doing: string) => void;
}

/** A day with the records of the API, where they had to be read. */
type Report = DayReport & { readonly records: readonly CortexRecord[] | undefined };

const DAY_MS = 86_400_000;
/** Clocks differ, and some records carry that of an endpoint. */
const BEFORE_MS = DAY_MS;
/** Most records arrive within this time; later arrivals are looked for only where something is missing. */
const AFTER_MS = 2 * DAY_MS;

/**
 * Compares what the API has in a range with what Devo has of it, day by day: by count where records never change
 * and the numbers agree, by record otherwise. A record counts as missing when two looks, some time apart, lack it
 * in everything that arrived since. Raises what the API and the Query API raise; nothing is missing then.
 */
export async function compareWithDevo(options: CompareOptions): Promise<Comparison> {
  const { identity, range, signal, nowMs, onProgress } = options;
  const days = daysOf(range);
  const startMs = range.fromMs - BEFORE_MS;
  const firstUntilMs = Math.min(range.toMs + AFTER_MS, nowMs());
  const steps = Math.ceil((firstUntilMs - startMs) / DAY_MS) + days.length;
  let done = 0;
  const step = (doing: string, ms: number) =>
    onProgress(Math.min(1, done++ / steps), `${doing} ${new Date(ms).toISOString().slice(0, 10)}`);
  const look = async (...arrivals: readonly Arrival[]): Promise<DevoTable> => {
    const table = await openDevoTable(options.client, identity, signal);
    for (const arrival of arrivals) {
      await table.read(arrival, (ms) => step('Devo', ms));
    }
    return table;
  };

  const first = await look({ fromMs: startMs, untilMs: firstUntilMs });
  const reports: Report[] = [];
  for (const window of days) {
    step('Cortex', window.fromMs);
    reports.push(await reportOf(options, first, window));
  }
  const lacking = reports.filter(({ missing }) => missing > 0);
  const rest = lacking.length > 0 && firstUntilMs < nowMs();
  if (rest) await first.read({ fromMs: firstUntilMs, untilMs: nowMs() }, (ms) => step('Devo', ms));
  const lackingOf = ({ records }: DevoTable, report: Report) =>
    (report.records ?? []).filter(({ key }) => !records.has(key));
  if (lacking.every((report) => lackingOf(first, report).length === 0)) {
    return summed(reports, first, []);
  }
  onProgress(1, 'waiting to look again');
  await sleep(options.apartMs, undefined, { signal });
  const second = await look({ fromMs: startMs, untilMs: nowMs() });
  raiseWithoutControl(identity, reports, second);
  const missing = lacking.flatMap((report) => lackingOf(second, report));
  const late = lacking.flatMap((report) => lackingOf(first, report)).length - missing.length;
  if (late > 0 && missing.length > 0) {
    throw devoError(
      'DEVO_QUERY_NO_CONTROL',
      `found ${late} of the missing records at the second look, expected both looks to agree; events are still coming in: verify again later`,
      'later',
    );
  }
  return summed(reports, second, missing);
}

async function reportOf(
  { readPage, identity }: CompareOptions,
  { records: inDevo }: DevoTable,
  window: TimeWindow,
): Promise<Report> {
  const { distinct, doubled } = inWindow(inDevo, window);
  const common = { window, inDevo: distinct, doubled };
  const counted = identity.replaced ? undefined : await countRecords(readPage, window);
  if (counted !== undefined && counted === distinct) {
    return {
      ...common,
      ...{ inCortex: counted, missing: 0, by: 'count', withoutKey: 0, records: undefined },
    };
  }
  const { records, withoutKey } = await readRecords(readPage, window, identity);
  const missing = records.filter(({ key }) => !inDevo.has(key)).length;
  return {
    ...common,
    inCortex: records.length + withoutKey,
    missing,
    by: 'record',
    withoutKey,
    records,
  };
}

/** Where not one record is found again, the form of the keys is as likely the reason as a loss. */
function raiseWithoutControl(
  { tag, key }: RecordIdentity,
  reports: readonly Report[],
  { records }: DevoTable,
): void {
  const known = reports.some(
    (report) =>
      (report.by === 'count' && report.inCortex > 0) ||
      report.records?.some((each) => records.has(each.key)),
  );
  if (known) return;
  throw devoError(
    'DEVO_QUERY_NO_CONTROL',
    `${tag}: found none of the API's records among ${records.size} of Devo, expected some; check that ${key.join(' and ')} look alike on both sides, and the domain of the credentials`,
    'later',
  );
}

function summed(
  reports: readonly Report[],
  { records: inDevo }: DevoTable,
  missing: readonly CortexRecord[],
): Comparison {
  const lost = new Set(missing.map(({ key }) => key));
  const days = reports.map(({ records, ...report }) => {
    const { distinct, doubled } = inWindow(inDevo, report.window);
    const lacking = (records ?? []).filter(({ key }) => lost.has(key)).length;
    return { ...report, inDevo: distinct, doubled, missing: lacking };
  });
  return { days, missing };
}
