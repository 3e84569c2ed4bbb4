import type { DeliveryReceipt, TagCount } from '../../pull/receipts.js';

/** Counts since the last report, and since the process began. */
export interface SentCounts {
  readonly events: number;
  readonly bytes: number;
  readonly totalEvents: number;
  readonly totalBytes: number;
}

/** What one output took. */
export interface SenderReport extends SentCounts {
  readonly output: string;
  /** Since the last report. */
  readonly elapsedMs: number;
  readonly segments: number;
  /** Of these segments, those the receiver never confirmed. */
  readonly unconfirmed: number;
  readonly byTag: Readonly<Record<string, SentCounts>>;
}

/** Counts what each output took, for the report every few minutes. */
export interface SenderStats {
  add(receipt: DeliveryReceipt, byTag: Readonly<Record<string, TagCount>>): void;
  /** A report for each output, also for those that took nothing; partial counts begin anew, totals stay. */
  take(nowMs: number): SenderReport[];
}

const NOTHING: SentCounts = { events: 0, bytes: 0, totalEvents: 0, totalBytes: 0 };

/** Starts all counts at zero; `sinceMs`: epoch ms. */
export function createSenderStats(outputs: readonly string[], sinceMs: number): SenderStats {
  let reports = new Map(outputs.map((output) => [output, emptyReport(output)]));
  let lastMs = sinceMs;

  return {
    add({ output, events, bytes, confirmation }, byTag) {
      const before = reports.get(output) ?? emptyReport(output);
      reports.set(output, {
        ...before,
        ...plus(before, { events, bytes }),
        segments: before.segments + 1,
        unconfirmed: before.unconfirmed + (confirmation === 'unconfirmed' ? 1 : 0),
        byTag: {
          ...before.byTag,
          ...mapValues(byTag, (count, tag) => plus(before.byTag[tag] ?? NOTHING, count)),
        },
      });
    },
    take(nowMs) {
      const taken = [...reports.values()].map((report) => ({
        ...report,
        elapsedMs: nowMs - lastMs,
      }));
      reports = new Map(
        taken.map((report) => [
          report.output,
          {
            ...emptyReport(report.output),
            ...totalsOf(report),
            byTag: mapValues(report.byTag, totalsOf),
          },
        ]),
      );
      lastMs = nowMs;
      return taken;
    },
  };
}

function emptyReport(output: string): SenderReport {
  return { output, elapsedMs: 0, ...NOTHING, segments: 0, unconfirmed: 0, byTag: {} };
}

function plus(before: SentCounts, { events, bytes }: TagCount): SentCounts {
  return {
    events: before.events + events,
    bytes: before.bytes + bytes,
    totalEvents: before.totalEvents + events,
    totalBytes: before.totalBytes + bytes,
  };
}

function totalsOf({ totalEvents, totalBytes }: SentCounts): SentCounts {
  return { events: 0, bytes: 0, totalEvents, totalBytes };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, change(value, key)]),
  );
}
