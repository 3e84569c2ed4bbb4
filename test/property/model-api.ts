import type { Page } from '../../src/pull/read-window.js';
import type { TimeWindow } from '../../src/pull/window.js';

/** One version of a record, as the API shows it. */
export interface ModelRecord {
  readonly id: number;
  readonly version: number;
  readonly timeMs: number;
}

/** What happens to the tenant, and when. */
export interface History {
  /** Records by the time they show first, which may be after their own time. */
  readonly inserts: readonly { readonly showMs: number; readonly timeMs: number }[];
  /** Before these requests so many records are modified: they leave their place and come back at now. */
  readonly modifications: readonly {
    readonly request: number;
    readonly pick: number;
    readonly count: number;
  }[];
  /** Which of the requests under way is answered next, by its place among them; empty: the first. */
  readonly overtaking: readonly number[];
}

export interface ModelOptions {
  readonly pageSize: number;
  /** Totals stop counting here. */
  readonly saturatedAt: number;
  /** Offsets from here on give nothing; Infinity: all are answered. */
  readonly offsetCap: number;
  readonly nullTotals: boolean;
  /** Modified records come back at a time with a fraction. */
  readonly fractional: boolean;
}

/** Short key of a record version, of the length that checkpoints keep. */
export function keyOf(record: ModelRecord): string {
  return `${record.id}v${record.version}`.padEnd(10, '.');
}

/** A tenant in memory: inclusive filters, saturating totals, rows that move while they are read. */
export class ModelApi {
  nowMs: number;
  requests = 0;
  /** True once the tenant is at rest: no record is modified any more. */
  atRest = false;
  #records: ModelRecord[] = [];
  readonly #underWay: (() => void)[] = [];
  #answered = 0;
  readonly #waiting: { readonly showMs: number; readonly record: ModelRecord }[];

  constructor(
    startMs: number,
    readonly history: History,
    readonly options: ModelOptions,
  ) {
    this.nowMs = startMs;
    this.#waiting = history.inserts
      .map(({ showMs, timeMs }, id) => ({ showMs, record: { id, version: 1, timeMs } }))
      .sort((a, b) => a.showMs - b.showMs);
    this.advance(0);
  }

  /** What the API shows now: the records that are owed. */
  get records(): readonly ModelRecord[] {
    return this.#records;
  }

  advance(durationMs: number): void {
    this.nowMs += durationMs;
    while (this.#waiting[0] !== undefined && this.#waiting[0].showMs <= this.nowMs) {
      const shown = this.#waiting.shift();
      if (shown !== undefined) this.#records.push(shown.record);
    }
  }

  /** The reply of one request; those asked at once may overtake each other. */
  async ask(window: TimeWindow, offset: number): Promise<Page<ModelRecord>> {
    await new Promise<void>((answer) => {
      this.#underWay.push(answer);
      queueMicrotask(() => this.#answerOne());
    });
    return this.#list(window, offset);
  }

  #answerOne(): void {
    const { overtaking } = this.history;
    const place = overtaking[this.#answered++ % overtaking.length] ?? 0;
    this.#underWay.splice(place % this.#underWay.length, 1)[0]?.();
  }

  #list(window: TimeWindow, offset: number): Page<ModelRecord> {
    if (window.fromMs > window.toMs || window.fromMs <= 0) throw new Error('refused window');
    this.requests += 1;
    this.advance(1);
    for (const { request, pick, count } of this.history.modifications) {
      if (request !== this.requests || this.atRest) continue;
      for (let each = 0; each < count; each++) this.#modify(pick + each);
    }
    const rows = this.#records
      .filter(({ timeMs }) => timeMs >= window.fromMs && timeMs <= window.toMs)
      .sort((a, b) => a.timeMs - b.timeMs || a.id - b.id);
    const { pageSize, saturatedAt, offsetCap, nullTotals } = this.options;
    return {
      total: nullTotals ? null : Math.min(rows.length, saturatedAt),
      rows: offset >= offsetCap ? [] : rows.slice(offset, offset + pageSize),
    };
  }

  #modify(pick: number): void {
    const index = this.#records.length === 0 ? -1 : pick % this.#records.length;
    const record = this.#records[index];
    if (record === undefined) return;
    const timeMs = this.nowMs + (this.options.fractional ? 0.25 : 0);
    this.#records[index] = { ...record, version: record.version + 1, timeMs };
  }
}
