import { DEFAULT_TAGS, identify } from './books.js';
import type { Book, ProducedRecord } from './books.js';

/** Faulty frames, and lost records of a book, that are kept as examples. */
const MOST_EXAMPLES = 20;
/** Last member of every event: the time of the pull in ms, as a string. */
const ENVELOPE_END = /(?:"@devo_environment":"(?:[^"\\]|\\.)*",)?"@devo_pulling_id":"\d{13}"\}$/;

/** What arrived, by book. */
export interface Arrivals {
  readonly received: number;
  readonly unique: number;
  readonly duplicated: number;
}

/** Examines and counts events as they arrive: the receiver's side of a reckoning. */
export class Tally {
  /** Frames or events that break a rule; the reasons are examples, without any content. */
  readonly malformed: { count: number; readonly reasons: string[] } = { count: 0, reasons: [] };
  /** Events under tags that no book has, by tag. */
  readonly strayTags: Record<string, number> = {};
  /** Connections whose sender ended in mid-event. */
  cut = 0;
  readonly #books = new Map<Book, Map<string, number>>();

  /** Counts one event, given as the text after the frame's header. */
  accept(tag: string, text: string): void {
    const event = parseObject(text);
    const found = event === undefined ? undefined : identify(tag, event);
    if (event === undefined) {
      this.refuse(`message under ${tag} is not a JSON object`);
    } else if (!ENVELOPE_END.test(text)) {
      this.refuse(`event under ${tag} does not end in @devo_pulling_id`);
    } else if (!Object.values(DEFAULT_TAGS).includes(tag)) {
      this.strayTags[tag] = (this.strayTags[tag] ?? 0) + 1;
    } else if (found === undefined) {
      this.refuse(`event under ${tag} has no identity`);
    } else {
      const counts = this.#books.get(found.book) ?? new Map<string, number>();
      this.#books.set(found.book, counts);
      counts.set(found.identity, (counts.get(found.identity) ?? 0) + 1);
    }
  }

  /** Counts one faulty frame. */
  refuse(reason: string): void {
    this.malformed.count++;
    if (this.malformed.reasons.length < MOST_EXAMPLES) this.malformed.reasons.push(reason);
  }

  /** How often a record arrived. */
  arrived(book: Book, identity: string): number {
    return this.#books.get(book)?.get(identity) ?? 0;
  }

  arrivals(book: Book): Arrivals {
    const counts = this.#books.get(book) ?? new Map<string, number>();
    let received = 0;
    for (const count of counts.values()) received += count;
    return { received, unique: counts.size, duplicated: received - counts.size };
  }
}

/** What came of one book's records. */
export interface BookReckoning {
  readonly book: Book;
  readonly tag: string;
  /** Owed records, and others that rightly arrived: superseded versions of incidents. */
  readonly produced: number;
  /** Events received, repeats included. */
  readonly received: number;
  readonly lost: number;
  /** Events beyond the first of each record. */
  readonly duplicated: number;
  /** Different events that the tenant never produced. */
  readonly strangers: number;
  /** Some of the lost ones, by identity. */
  readonly lostExamples: readonly string[];
}

export interface Reckoning {
  readonly produced: number;
  readonly received: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly strangers: number;
  /** Frames or events that break a rule. */
  readonly malformed: number;
  /** Connections whose sender ended in mid-event: a collector does so only where it is killed. */
  readonly cut: number;
  readonly byTag: readonly BookReckoning[];
}

/** Compares what was owed with what arrived, for the books given. */
export function reckon(
  books: Iterable<readonly [Book, Iterable<ProducedRecord>]>,
  received: Pick<Tally, 'arrived' | 'arrivals' | 'cut' | 'malformed' | 'strayTags'>,
): Reckoning {
  const byTag = [...books].map(([book, records]) => reckonBook(book, records, received));
  const sum = (count: (line: BookReckoning) => number): number =>
    byTag.reduce((total, line) => total + count(line), 0);
  const stray = Object.values(received.strayTags).reduce((total, count) => total + count, 0);
  return {
    produced: sum((line) => line.produced),
    received: sum((line) => line.received) + stray,
    lost: sum((line) => line.lost),
    duplicated: sum((line) => line.duplicated),
    strangers: sum((line) => line.strangers) + stray,
    malformed: received.malformed.count,
    cut: received.cut,
    byTag,
  };
}

/** The reckoning in one line. */
export function reckoningLine(reckoning: Reckoning): string {
  const { produced, received, lost, duplicated, strangers, malformed, cut } = reckoning;
  const faulty = strangers + malformed + cut > 0;
  const rest = faulty ? `, strangers ${strangers}, malformed ${malformed}, cut ${cut}` : '';
  return `produced ${produced}, received ${received}, lost ${lost}, duplicated ${duplicated}${rest}`;
}

function reckonBook(
  book: Book,
  records: Iterable<ProducedRecord>,
  received: Pick<Tally, 'arrived' | 'arrivals'>,
): BookReckoning {
  const arrivals = received.arrivals(book);
  const lostExamples: string[] = [];
  let matched = 0;
  let lost = 0;
  for (const { identity, owed } of records) {
    if (received.arrived(book, identity) > 0) {
      matched++;
    } else if (owed) {
      lost++;
      if (lostExamples.length < MOST_EXAMPLES) lostExamples.push(identity);
    }
  }
  return {
    book,
    tag: DEFAULT_TAGS[book],
    produced: matched + lost,
    received: arrivals.received,
    lost,
    duplicated: arrivals.duplicated,
    strangers: arrivals.unique - matched,
    lostExamples,
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
