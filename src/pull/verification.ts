import type { TimeWindow } from './window.js';

/** What a pull delivered to one output and its tables have to hold. */
export interface DeliveredPull {
  /** `@devo_pulling_id`, epoch ms. */
  readonly pullingId: number;
  /** Everything it read: read again where events are missing. */
  readonly window: TimeWindow;
  /** Events confirmed, by tag. */
  readonly events: Readonly<Record<string, number>>;
}

/** A look that found fewer events than were delivered. */
export interface Look {
  readonly found: number;
  readonly atMs: number;
}

/** A pull whose events were not found whole yet. */
export interface PendingPull extends DeliveredPull {
  /** The earliest look with the count of the latest one, by tag. */
  readonly looks: Readonly<Record<string, Look>>;
  /** Tags that have everything. */
  readonly complete: readonly string[];
  /** More than was delivered, by tag. */
  readonly doubled: Readonly<Record<string, number>>;
  /** Rounds that left it pending. */
  readonly rounds: number;
  readonly nextMs: number;
}

/**
 * What a look says of one tag of a pull: three outcomes, for a query that fails, a table that is not there or an
 * event that is late says nothing about what is missing.
 */
export type Verdict =
  | { readonly outcome: 'complete'; readonly doubled: number }
  | { readonly outcome: 'missing'; readonly missing: number }
  | {
      readonly outcome: 'unknown';
      /** Too few for the first time; null: it could not be counted. */
      readonly found: number | null;
      /** Why it could not be counted; null: it has to be counted once more. */
      readonly code: string | null;
    };

export type TagVerdict = Verdict & { readonly pullingId: number; readonly tag: string };

/** One round of looks at one output. */
export interface VerifyReceipt {
  readonly atMs: number;
  readonly verdicts: readonly TagVerdict[];
  /** Each reason why something could not be counted, once, in words. */
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

/** The pulls of one output that are still to be found in Devo, and what became of the others. Bounded. */
export interface VerifyLedger {
  readonly pending: readonly PendingPull[];
  readonly totals: {
    /** Pulls found whole. */
    readonly verified: number;
    /** Events found missing. */
    readonly missing: number;
    /** Events found more than once. */
    readonly doubled: number;
    /** Pulls given up without an outcome, since too many were pending. */
    readonly unverified: number;
  };
}

export const EMPTY_LEDGER: VerifyLedger = {
  pending: [],
  totals: { verified: 0, missing: 0, doubled: 0, unverified: 0 },
};

/** Pulls pending at most: a day of pulls every five minutes, and some 30 KB of state. */
export const MOST_PENDING = 288;
/** Pulls of one round. */
const MOST_OF_A_ROUND = 50;
/** Two equal counts are this far apart before events count as missing. */
const APART_MS = 300_000;
/** Longest wait for the next look at a pull that could not be counted. */
const MOST_WAIT_MS = 3_600_000;

/** Adds what a pull delivered; a later part of the same pull joins it, and its looks begin anew. */
export function noteDelivered(
  ledger: VerifyLedger,
  pull: DeliveredPull,
  nextMs: number,
): VerifyLedger {
  const before = ledger.pending.find(({ pullingId }) => pullingId === pull.pullingId);
  const others = ledger.pending.filter((each) => each !== before);
  const joined = before === undefined ? pull : joinPulls(before, pull);
  const fresh = { ...joined, looks: {}, complete: [], doubled: {}, rounds: 0, nextMs };
  const pending = [...others, fresh];
  const dropped = Math.max(0, pending.length - MOST_PENDING);
  return {
    pending: pending.slice(dropped),
    totals: { ...ledger.totals, unverified: ledger.totals.unverified + dropped },
  };
}

function joinPulls(a: DeliveredPull, b: DeliveredPull): DeliveredPull {
  const events = { ...a.events };
  for (const [tag, count] of Object.entries(b.events)) events[tag] = (events[tag] ?? 0) + count;
  const window = {
    fromMs: Math.min(a.window.fromMs, b.window.fromMs),
    toMs: Math.max(a.window.toMs, b.window.toMs),
  };
  return { pullingId: a.pullingId, window, events };
}

/** The pulls to look for now, the oldest first. */
export function duePulls(ledger: VerifyLedger, nowMs: number): PendingPull[] {
  return ledger.pending.filter(({ nextMs }) => nextMs <= nowMs).slice(0, MOST_OF_A_ROUND);
}

/** When the next pull is due, epoch ms; null: none is pending. */
export function nextLookMs({ pending }: VerifyLedger): number | null {
  return pending.length === 0 ? null : Math.min(...pending.map(({ nextMs }) => nextMs));
}

/** What a count says, in the light of the look before. */
export function judge(
  delivered: number,
  found: number,
  before: Look | undefined,
  atMs: number,
): Verdict {
  if (found >= delivered) return { outcome: 'complete', doubled: found - delivered };
  const twice = before?.found === found && atMs - before.atMs >= APART_MS;
  if (twice) return { outcome: 'missing', missing: delivered - found };
  return { outcome: 'unknown', found, code: null };
}

/** A pull that is settled: found whole, or with events missing. */
export interface SettledPull extends DeliveredPull {
  readonly outcome: 'complete' | 'missing';
  readonly missing: number;
  readonly doubled: number;
}

/** Takes the verdicts of a round: settled pulls leave the ledger, the others wait for their next look. */
export function noteVerdicts(
  ledger: VerifyLedger,
  { atMs, verdicts }: Pick<VerifyReceipt, 'atMs' | 'verdicts'>,
): { readonly ledger: VerifyLedger; readonly settled: readonly SettledPull[] } {
  const settled: SettledPull[] = [];
  const pending = ledger.pending.flatMap((pull) => {
    const its = verdicts.filter(({ pullingId }) => pullingId === pull.pullingId);
    if (its.length === 0) return [pull];
    const after = afterVerdicts(pull, its, atMs);
    const missing = sum(its.map((each) => (each.outcome === 'missing' ? each.missing : 0)));
    const open = Object.keys(pull.events).filter((tag) => !after.complete.includes(tag));
    // Missing in one table is enough: its window is read again, and with it the events of the others.
    if (missing === 0 && open.length > 0) return [after];
    const { pullingId, window, events } = pull;
    const outcome = missing > 0 ? 'missing' : 'complete';
    const doubled = sum(Object.values(after.doubled));
    settled.push({ pullingId, window, events, outcome, missing, doubled });
    return [];
  });
  const { totals } = ledger;
  return {
    ledger: {
      pending,
      totals: {
        ...totals,
        verified: totals.verified + settled.filter((each) => each.outcome === 'complete').length,
        missing: totals.missing + sum(settled.map((each) => each.missing)),
        doubled: totals.doubled + sum(settled.map((each) => each.doubled)),
      },
    },
    settled,
  };
}

function afterVerdicts(
  pull: PendingPull,
  verdicts: readonly TagVerdict[],
  atMs: number,
): PendingPull {
  const looks: Record<string, Look> = { ...pull.looks };
  const doubled: Record<string, number> = { ...pull.doubled };
  const complete = new Set(pull.complete);
  let uncounted = false;
  for (const verdict of verdicts) {
    const { tag } = verdict;
    if (verdict.outcome === 'complete') {
      complete.add(tag);
      doubled[tag] = verdict.doubled;
    } else if (verdict.outcome === 'unknown' && verdict.found !== null) {
      // The earliest look with this count stands, so that the time between them grows.
      if (looks[tag]?.found !== verdict.found) looks[tag] = { found: verdict.found, atMs };
    } else {
      uncounted = true;
    }
  }
  const rounds = pull.rounds + 1;
  const waitMs = uncounted
    ? Math.min(MOST_WAIT_MS, APART_MS * 2 ** Math.min(rounds - 1, 10))
    : APART_MS;
  return { ...pull, looks, doubled, complete: [...complete], rounds, nextMs: atMs + waitMs };
}

/** Everything at or before it is delivered and was found in Devo, or is named as missing. Epoch ms. */
export function verifiedToMs(ledger: VerifyLedger, watermarkMs: number): number {
  const firstMs = Math.min(...ledger.pending.map(({ window }) => window.fromMs));
  return Math.min(watermarkMs, firstMs - 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
