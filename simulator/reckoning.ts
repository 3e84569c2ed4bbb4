import type { Book, BookTags } from './books.js';
import type { ProducedRecord } from './ledger.js';
import type { Arrivals } from './tally.js';

/** Lost records named in a reckoning, per book. */
const MOST_NAMED = 20;

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

/** The receiver's side of a reckoning. */
export interface Received {
  readonly tags: BookTags;
  readonly malformed: { readonly count: number };
  readonly cut: number;
  readonly strayTags: Readonly<Record<string, number>>;
  arrived(book: Book, identity: string): number;
  arrivals(book: Book): Arrivals;
}

/** Compares what was owed with what arrived, for the books given. */
export function reckon(
  books: Iterable<readonly [Book, Iterable<ProducedRecord>]>,
  received: Received,
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
  const { produced, received, lost, duplicated, ...faults } = reckoning;
  const { strangers, malformed, cut } = faults;
  const rest =
    strangers + malformed + cut > 0
      ? `, strangers ${strangers}, malformed ${malformed}, cut ${cut}`
      : '';
  return `produced ${produced}, received ${received}, lost ${lost}, duplicated ${duplicated}${rest}`;
}

function reckonBook(
  book: Book,
  records: Iterable<ProducedRecord>,
  received: Received,
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
      if (lostExamples.length < MOST_NAMED) lostExamples.push(identity);
    }
  }
  return {
    book,
    tag: received.tags[book],
    produced: matched + lost,
    received: arrivals.received,
    lost,
    duplicated: arrivals.duplicated,
    strangers: arrivals.unique - matched,
    lostExamples,
  };
}
