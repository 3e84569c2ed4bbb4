import type { Answer, ColumnType, Row, Value } from './run-linq.js';

/** How far Devo takes events apart: into columns, into one column with the text, or not at all. */
export type ColumnsMode = 'parsed' | 'raw' | 'none';

interface Stored {
  readonly arrivedMs: number;
  readonly text: string;
}

export interface TablesOptions {
  readonly columns: ColumnsMode;
  /** Name that the column of `@devo_pulling_id` has. */
  readonly pullingIdColumn: string;
  /** Epoch ms. */
  readonly now: () => number;
  /** How long an event stays unseen after it arrived. */
  readonly delayMs: number;
}

/** The events of each table, by time of arrival, which is what `eventdate` is. */
export class Tables {
  readonly #stored = new Map<string, Stored[]>();
  /** Fields of each table's events, with the type of the first. */
  readonly #fields = new Map<string, Map<string, ColumnType>>();
  options: TablesOptions;

  constructor(options: TablesOptions) {
    this.options = options;
  }

  accept(tag: string, text: string): void {
    const event = { arrivedMs: this.options.now(), text };
    const table = this.#stored.get(tag) ?? [];
    const fields = this.#fields.get(tag) ?? new Map<string, ColumnType>();
    this.#stored.set(tag, table);
    this.#fields.set(tag, fields);
    table.push(event);
    for (const [key, value] of Object.entries(fieldsOf(text))) {
      if (!fields.has(key)) fields.set(key, typeOf(value));
    }
  }

  has(table: string): boolean {
    return this.#stored.has(table);
  }

  /** What a query sees of the half-open range `[fromMs, untilMs)`; its columns are those of the whole table. */
  read(table: string, fromMs: number, untilMs: number): Answer {
    const all = this.#stored.get(table) ?? [];
    const seenUntilMs = Math.min(untilMs, this.options.now() - this.options.delayMs + 1);
    const rows = all
      .filter(({ arrivedMs }) => arrivedMs >= fromMs && arrivedMs < seenUntilMs)
      .map((event) => this.#rowOf(event));
    return { columns: this.columns(table), rows };
  }

  columns(table: string): ReadonlyMap<string, ColumnType> {
    const columns = new Map<string, ColumnType>([['eventdate', 'timestamp']]);
    if (this.options.columns === 'raw') columns.set('rawMessage', 'str');
    if (this.options.columns !== 'parsed') return columns;
    for (const [key, type] of this.#fields.get(table) ?? []) columns.set(this.#nameOf(key), type);
    return columns;
  }

  #rowOf({ arrivedMs, text }: Stored): Row {
    const { columns } = this.options;
    const row: Record<string, Value> = { eventdate: arrivedMs };
    if (columns === 'raw') row.rawMessage = text;
    if (columns !== 'parsed') return row;
    for (const [key, value] of Object.entries(fieldsOf(text))) {
      const isPlain = typeof value !== 'object' || value === null;
      row[this.#nameOf(key)] = isPlain ? (value as Value) : JSON.stringify(value);
    }
    return row;
  }

  #nameOf(key: string): string {
    return key === '@devo_pulling_id' ? this.options.pullingIdColumn : key.replace(/^@/, 'at_');
  }
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

function typeOf(value: unknown): ColumnType {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value !== 'number') return 'str';
  return Number.isInteger(value) ? 'int8' : 'float8';
}
