import {
  afterAnswer,
  afterFailure,
  beginRound,
  EMPTY_BOOK,
  endRound,
  givenUpWarning,
  nextCall,
} from '../../../src/pull/incident-calls.js';
import type {
  IncidentBook,
  IncidentCall,
  IncidentRound,
} from '../../../src/pull/incident-calls.js';
import { newAlerts } from '../../../src/pull/incident-memory.js';
import type { KnownIncident, ListedIncident } from '../../../src/pull/incident-memory.js';

/** An incident of a small tenant; its alerts are digits. */
interface Incident {
  modifiedMs: number;
  count: number;
  alerts: readonly number[];
  /** The code that its single call fails with. */
  single?: string;
}

/** A tenant of which calls fail as told, and a stream that asks it and remembers what it sent. */
export class Bench {
  readonly incidents = new Map<string, Incident>();
  book: IncidentBook = EMPTY_BOOK;
  nowMs = 1_000_000_000;
  /** The code that every batch call fails with. */
  batch: string | undefined;
  /** Alerts of an incident that a batch shows at most. */
  batchLimit = 50;
  readonly calls: string[] = [];
  readonly sent: string[] = [];
  readonly warnings: string[] = [];

  add(id: string, incident: Partial<Incident> = {}): void {
    const alerts = incident.alerts ?? [1];
    this.incidents.set(id, { modifiedMs: this.nowMs, count: alerts.length, alerts, ...incident });
  }

  change(id: string, changes: Partial<Incident>): void {
    const before = this.incidents.get(id);
    if (before !== undefined) this.incidents.set(id, { ...before, ...changes });
  }

  /** One pull in which these were listed as modified; false where it has to wait before the next try. */
  pull(...ids: readonly string[]): boolean {
    const listed = ids.map((id): ListedIncident => {
      const { modifiedMs, count } = this.#of(id);
      return { id, modifiedMs, alertCount: count };
    });
    return this.ask(beginRound(this.book, listed, this.nowMs));
  }

  ask(begun: IncidentRound): boolean {
    let round = begun;
    for (let call = nextCall(this.book, round, this.nowMs); call !== null;) {
      const progress = { book: this.book, round };
      const code = this.#failure(call);
      this.calls.push(`${call.call} ${call.incidents.map(({ id }) => id).join()}`);
      if (code === undefined) {
        const after = afterAnswer(progress, call, this.#answer(call), this.nowMs);
        ({ book: this.book, round } = after);
        if (after.givenUp.length > 0) this.warnings.push(givenUpWarning(after.givenUp));
      } else {
        const after = afterFailure(progress, call, { code, message: 'no' }, this.nowMs);
        ({ book: this.book, round } = after);
        if (after.wait) return false;
      }
      call = nextCall(this.book, round, this.nowMs);
    }
    const end = endRound({ book: this.book, round }, this.nowMs);
    this.book = end.book;
    return end.complete;
  }

  /** What was asked for since the last look. */
  takeCalls(): string[] {
    return this.calls.splice(0);
  }

  owed(): string[] {
    return this.book.owed.map(({ id, reason }) => `${id} ${reason}`);
  }

  #of(id: string): Incident {
    const incident = this.incidents.get(id);
    if (incident === undefined) throw new Error(`no incident ${id}`);
    return incident;
  }

  #failure({ call, incidents: [first] }: IncidentCall): string | undefined {
    if (call === 'batch') return this.batch === 'missing' ? undefined : this.batch;
    return this.#of(first?.id ?? '').single;
  }

  #answer({ call, incidents }: IncidentCall) {
    if (call === 'batch' && this.batch === 'missing') {
      return { taken: [], leftOut: incidents, batchMissing: true };
    }
    const taken: KnownIncident[] = [];
    for (const { id, modifiedMs, known } of incidents) {
      const { count, alerts, single } = this.#of(id);
      const shown = call === 'batch' ? alerts.slice(0, this.batchLimit) : alerts;
      if (call === 'batch' && (shown.length < count || single !== undefined)) continue;
      const keys = shown.map((alert) => `${id}/${alert}`.padEnd(10, '.'));
      const { isNew, alertKeys } = newAlerts(keys, known);
      this.sent.push(...keys.filter((_, at) => isNew[at]).map((key) => key.replaceAll('.', '')));
      const missing = count - shown.length;
      taken.push({ id, modifiedMs, alertCount: count, missing, alertKeys, artifacts: null });
    }
    const ids = new Set(taken.map(({ id }) => id));
    return { taken, leftOut: incidents.filter(({ id }) => !ids.has(id)), batchMissing: false };
  }
}

export function benchOf(...ids: readonly string[]): Bench {
  const bench = new Bench();
  for (const id of ids) bench.add(id);
  return bench;
}
