import { rememberIncidents } from './incident-memory.js';
import type { AskedIncident, KnownIncident, ListedIncident } from './incident-memory.js';
import { LIMITS } from './limits.js';
import { isDue, mayConcernOne, owedAfter } from './owed.js';
import type { Owed, OwedError } from './owed.js';

/** How long single calls replace a batch call that does not work. */
const NO_BATCH_MS = 24 * 3_600_000;
/** Tries after which single calls are made instead, and calls in a row after which all fail. */
const TRIES = 3;
/** How long alerts are asked for that an incident counts and does not show. */
const OUTSTANDING_MS = 24 * 3_600_000;

/** An incident that is asked for again later. */
export interface OwedIncident extends ListedIncident, Owed {
  /** A segment that held it was lost: all of its alerts go out again. */
  readonly whole: boolean;
}

/** An incident whose call failed in a round in which nothing showed that others can be read: it is asked for last. */
export interface Suspect {
  readonly id: string;
  readonly failures: number;
}

/** What a stream of incident alerts remembers from call to call. */
export interface IncidentBook {
  readonly known: readonly KnownIncident[];
  readonly owed: readonly OwedIncident[];
  readonly suspects: readonly Suspect[];
  /** Until then single calls replace the batch call, epoch ms; null: it works. */
  readonly noBatchUntilMs: number | null;
  /** Batch calls that failed since one worked. */
  readonly batchFailures: number;
}

/** A book in which nothing is written yet. */
export const EMPTY_BOOK: IncidentBook = {
  known: [],
  owed: [],
  suspects: [],
  noBatchUntilMs: null,
  batchFailures: 0,
};

/** An incident whose call failed, and how. */
export interface FailedIncident {
  readonly incident: AskedIncident;
  readonly error: OwedError;
}

/** What is left to ask for before the window is done. */
export interface IncidentRound {
  /** By batch, where that works. */
  readonly together: readonly AskedIncident[];
  readonly singly: readonly AskedIncident[];
  /** Incidents whose single call failed since a call of this round worked. */
  readonly failed: readonly FailedIncident[];
  /**
   * It asks once more for what a lost segment held. That goes to some outputs only, so nothing of it counts as sent.
   */
  readonly again: boolean;
}

/** One call of the API. */
export interface IncidentCall {
  readonly call: 'batch' | 'single';
  readonly incidents: readonly AskedIncident[];
  /** Only shows whether any incident can be read. */
  readonly probe: boolean;
}

/** What came of a call that worked. */
export interface IncidentAnswer {
  /** What was shown and sent, as it is remembered. */
  readonly taken: readonly KnownIncident[];
  /** Incidents that need a call of their own. */
  readonly leftOut: readonly AskedIncident[];
  /** The tenant does not have the call. */
  readonly batchMissing: boolean;
}

/** A book and a round after something happened. */
export interface Progress {
  readonly book: IncidentBook;
  readonly round: IncidentRound;
}

/**
 * What a window asks for: what is owed and due, then every incident that was modified and not asked for since. An
 * equal number of alerts is no proof that they are the same.
 */
export function beginRound(
  book: IncidentBook,
  listed: readonly ListedIncident[],
  nowMs: number,
): IncidentRound {
  const known = new Map(book.known.map((each) => [each.id, each]));
  const owed = new Map(book.owed.map((each) => [each.id, each]));
  const suspects = new Set(book.suspects.map(({ id }) => id));
  const changed = listed.filter(({ id, modifiedMs }) => {
    const itsOwed = owed.get(id);
    if (itsOwed?.reason === 'refused') return false;
    const asked = [itsOwed, known.get(id)];
    return modifiedMs === null || !asked.some((each) => each?.modifiedMs === modifiedMs);
  });
  const renewed = new Set(changed.map(({ id }) => id));
  const due = book.owed.filter((each) => isDue(each, nowMs) && !renewed.has(each.id));
  const asked = ({ id, modifiedMs, alertCount }: ListedIncident): AskedIncident => ({
    ...{ id, modifiedMs, alertCount },
    known: owed.get(id)?.whole === true ? null : (known.get(id) ?? null),
  });
  return {
    together: [
      ...due.filter(({ reason }) => reason !== 'refused'),
      ...changed.filter(({ id }) => !suspects.has(id)),
      ...changed.filter(({ id }) => suspects.has(id)),
    ].map(asked),
    singly: due.filter(({ reason }) => reason === 'refused').map(asked),
    ...{ failed: [], again: false },
  };
}

/** A round that asks once more for the incidents of a lost segment. */
export function roundAgain(incidents: readonly AskedIncident[]): IncidentRound {
  return { together: incidents, singly: [], failed: [], again: true };
}

/** The next call of a round; null: there is none, and `endRound` tells whether it is complete. */
export function nextCall(
  book: IncidentBook,
  round: IncidentRound,
  nowMs: number,
): IncidentCall | null {
  const { together, singly, failed } = round;
  const hasBatch =
    book.batchFailures < TRIES && (book.noBatchUntilMs === null || book.noBatchUntilMs <= nowMs);
  if (failed.length >= TRIES) return probeCall(book, round, hasBatch);
  if (hasBatch && together.length > 0) {
    return { call: 'batch', incidents: together.slice(0, LIMITS.pageRows), probe: false };
  }
  // Where each costs a call, those without an alert are not worth it.
  const [next] = [...together.filter(({ alertCount }) => alertCount !== 0), ...singly];
  if (next !== undefined) return { call: 'single', incidents: [next], probe: false };
  return failed.length === 0 ? null : probeCall(book, round, hasBatch);
}

/** Asks for an incident that could be read before: if it still can, those that failed do so by themselves. */
function probeCall(
  { known, suspects }: IncidentBook,
  { failed }: IncidentRound,
  hasBatch: boolean,
): IncidentCall | null {
  const isSuspect = new Set([
    ...failed.map(({ incident }) => incident.id),
    ...suspects.map(({ id }) => id),
  ]);
  const trusted = known.findLast(({ id }) => !isSuspect.has(id));
  if (trusted === undefined) return null;
  const { id, modifiedMs, alertCount } = trusted;
  const incidents = [{ id, modifiedMs, alertCount, known: trusted }];
  return { call: hasBatch ? 'batch' : 'single', incidents, probe: true };
}

/**
 * After a call that worked. What it did not show in full is owed, and so is what could not be read before it.
 * `givenUp`: incidents whose missing alerts were asked for for a day.
 */
export function afterAnswer(
  { book, round }: Progress,
  { call, incidents, probe }: IncidentCall,
  { taken, leftOut, batchMissing }: IncidentAnswer,
  nowMs: number,
): Progress & { readonly givenUp: readonly KnownIncident[] } {
  if (batchMissing) {
    const noBatch = { noBatchUntilMs: nowMs + NO_BATCH_MS, batchFailures: 0 };
    return { book: { ...book, ...noBatch }, round, givenUp: [] };
  }
  const shown = new Set(taken.map(({ id }) => id));
  const isOver = (owed: Owed) => nowMs - owed.sinceMs >= OUTSTANDING_MS;
  const outstanding = taken
    .filter(({ missing }) => missing > 0)
    .map((incident) => {
      const earlier = book.owed.find(
        ({ id, reason }) => id === incident.id && reason === 'alerts outstanding',
      );
      return { incident, owed: owedAfter('alerts outstanding', nowMs, null, earlier) };
    });
  const isOutstanding = new Set(outstanding.map(({ incident }) => incident.id));
  const settled = new Set([...shown, ...round.failed.map(({ incident }) => incident.id)]);
  // The single call works and the batch call does not.
  const replaced = call === 'single' && book.batchFailures >= TRIES;
  const rest = without(round, incidents);
  return {
    book: {
      known: round.again ? book.known : rememberIncidents(book.known, taken),
      owed: [
        ...book.owed.filter(({ id }) => !(round.again ? isOutstanding : shown).has(id)),
        ...outstanding
          .filter(({ owed }) => !isOver(owed))
          .map(({ incident, owed }) => owing(incident, owed, round.again)),
        ...setAside(round, nowMs),
      ],
      suspects: book.suspects.filter(({ id }) => !settled.has(id)),
      noBatchUntilMs: replaced
        ? nowMs + NO_BATCH_MS
        : call === 'batch'
          ? null
          : book.noBatchUntilMs,
      batchFailures: replaced || call === 'batch' ? 0 : book.batchFailures,
    },
    round: {
      ...rest,
      singly: probe ? rest.singly : [...leftOut, ...rest.singly],
      failed: [],
    },
    givenUp: outstanding.filter(({ owed }) => isOver(owed)).map(({ incident }) => incident),
  };
}

/**
 * After a call that failed. `wait`: the whole service fails as far as can be told, so nothing is set aside and the
 * stream waits. Otherwise the round goes on with its next call.
 */
export function afterFailure(
  { book, round }: Progress,
  { call, incidents, probe }: IncidentCall,
  error: OwedError,
  nowMs: number,
): Progress & { readonly wait: boolean } {
  const [incident] = incidents;
  if (!mayConcernOne(error.code) || incident === undefined) return { book, round, wait: true };
  if (call === 'batch' && !probe) {
    const batchFailures = book.batchFailures + 1;
    return { book: { ...book, batchFailures }, round, wait: batchFailures < TRIES };
  }
  const rest = without(round, incidents);
  const owed = book.owed.find(({ id }) => id === incident.id);
  if (owed !== undefined && !probe) {
    const again = owedAfter(owed.reason, nowMs, error, owed);
    const others = book.owed.filter((each) => each !== owed);
    const whole = owed.whole || round.again;
    return {
      book: { ...book, owed: [...others, { ...owed, ...again, whole }] },
      round: rest,
      wait: false,
    };
  }
  const failures = (book.suspects.find(({ id }) => id === incident.id)?.failures ?? 0) + 1;
  return {
    book: {
      ...book,
      suspects: [
        ...book.suspects.filter(({ id }) => id !== incident.id),
        { id: incident.id, failures },
      ],
      // Everything fails, so the batch call is not what is wrong: it is the first to be tried again.
      batchFailures: probe ? Math.min(book.batchFailures, TRIES - 1) : book.batchFailures,
    },
    round: probe ? round : { ...rest, failed: [...round.failed, { incident, error }] },
    wait: probe,
  };
}

/**
 * After the last call. Complete unless some failed and nothing shows that any can be read. Where fewer than that
 * failed and no other was ever read, they are set aside after some rounds all the same: it holds up the list.
 */
export function endRound(
  { book, round }: Progress,
  nowMs: number,
): { readonly book: IncidentBook; readonly complete: boolean } {
  const failures = new Map(book.suspects.map((each) => [each.id, each.failures]));
  const early = round.failed.some(({ incident }) => (failures.get(incident.id) ?? 0) < TRIES);
  if (early || round.failed.length >= TRIES) {
    const batchFailures = Math.min(book.batchFailures, TRIES - 1);
    return { book: { ...book, batchFailures }, complete: false };
  }
  const owed = [...book.owed, ...setAside(round, nowMs)];
  return { book: { ...book, owed, suspects: [] }, complete: true };
}

function setAside({ failed, again }: IncidentRound, nowMs: number): OwedIncident[] {
  return failed.map(({ incident, error }) =>
    owing(incident, owedAfter('refused', nowMs, error), again),
  );
}

function owing(incident: ListedIncident, owed: Owed, whole: boolean): OwedIncident {
  const { id, modifiedMs, alertCount } = incident;
  return { ...owed, id, modifiedMs, alertCount, whole };
}

function without(round: IncidentRound, asked: readonly AskedIncident[]): IncidentRound {
  const ids = new Set(asked.map(({ id }) => id));
  const left = (incidents: readonly AskedIncident[]) => incidents.filter(({ id }) => !ids.has(id));
  return { ...round, together: left(round.together), singly: left(round.singly) };
}

/** Most ids that a warning names. */
const MOST_NAMED = 10;

/** What an operator has to know of what is owed, each with its code. */
export function owedWarnings({ owed }: IncidentBook): string[] {
  const refused = owed.filter(({ reason }) => reason === 'refused');
  const outstanding = owed.filter(({ reason }) => reason === 'alerts outstanding');
  const last = refused.at(-1)?.error;
  return [
    ...(refused.length === 0
      ? []
      : [
          `PULL_INCIDENTS_REFUSED: ${named(refused)}: the API gives no alerts (${last?.code ?? ''}: ${last?.message ?? ''}); they are asked for again with growing waits, and the others go on`,
        ]),
    ...(outstanding.length === 0
      ? []
      : [
          `PULL_ALERTS_OUTSTANDING: ${named(outstanding)}: the API shows fewer alerts than it counts; they are asked for again for up to 24 hours`,
        ]),
  ];
}

/** The warning of incidents whose missing alerts are asked for no more. */
export function givenUpWarning(givenUp: readonly ListedIncident[]): string {
  return `PULL_ALERTS_GIVEN_UP: ${named(givenUp)}: for 24 hours the API showed fewer alerts than it counts; those that it showed are sent. Set a higher alerts_limit if they have more than that`;
}

function named(incidents: readonly ListedIncident[]): string {
  const ids = incidents.map(({ id }) => id);
  const more = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : '';
  return `${ids.length === 1 ? 'incident' : `${ids.length} incidents`} ${ids.slice(0, MOST_NAMED).join(', ')}${more}`;
}
