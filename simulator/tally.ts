import { DEFAULT_TAGS, identify } from './books.js';
import type { Book, BookTags } from './books.js';
import { IdentityCounts } from './identity-counts.js';

/** Faulty frames kept as examples. */
const MOST_EXAMPLES = 20;
/** Last member of every event: the time of the pull in ms, as a string. */
const ENVELOPE_END = /(?:"@devo_environment":"(?:[^"\\]|\\.)*",)?"@devo_pulling_id":"\d{13}"\}$/;

/** What arrived, by book. */
export interface Arrivals {
  readonly received: number;
  readonly unique: number;
  readonly duplicated: number;
}

/** Examines and counts events as they arrive. */
export class Tally {
  readonly #tags: BookTags;
  readonly #books = new Map<Book, IdentityCounts>();
  readonly #reasons: string[] = [];
  readonly #strayTags = new Map<string, number>();
  #malformed = 0;
  #cut = 0;

  constructor(tags: Partial<BookTags> = {}) {
    this.#tags = { ...DEFAULT_TAGS, ...tags };
  }

  get tags(): BookTags {
    return this.#tags;
  }

  /** Frames or events that break a rule; the reasons are examples, without any content. */
  get malformed(): { readonly count: number; readonly reasons: readonly string[] } {
    return { count: this.#malformed, reasons: this.#reasons };
  }

  /** Connections whose sender ended in mid-event. */
  get cut(): number {
    return this.#cut;
  }

  /** Events under tags that no book has, by tag. */
  get strayTags(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#strayTags);
  }

  /** Counts one event, given as the text after the frame's header. */
  accept(tag: string, text: string): void {
    const event = parseObject(text);
    if (event === undefined) {
      this.refuse(`message under ${tag} is not a JSON object`);
      return;
    }
    if (!ENVELOPE_END.test(text)) {
      this.refuse(`event under ${tag} does not end in @devo_pulling_id`);
      return;
    }
    if (!Object.values(this.#tags).includes(tag)) {
      this.#strayTags.set(tag, (this.#strayTags.get(tag) ?? 0) + 1);
      return;
    }
    const found = identify(tag, event, this.#tags);
    if (found === undefined) {
      this.refuse(`event under ${tag} has no identity`);
      return;
    }
    this.#counts(found.book).add(found.identity);
  }

  /** Counts one faulty frame. */
  refuse(reason: string): void {
    this.#malformed++;
    if (this.#reasons.length < MOST_EXAMPLES) this.#reasons.push(reason);
  }

  /** Counts a connection whose sender ended in mid-event. */
  cutOff(): void {
    this.#cut++;
  }

  /** How often a record arrived. */
  arrived(book: Book, identity: string): number {
    return this.#books.get(book)?.count(identity) ?? 0;
  }

  arrivals(book: Book): Arrivals {
    const { total = 0, unique = 0 } = this.#books.get(book) ?? {};
    return { received: total, unique, duplicated: total - unique };
  }

  #counts(book: Book): IdentityCounts {
    const known = this.#books.get(book);
    if (known !== undefined) return known;
    const counts = new IdentityCounts();
    this.#books.set(book, counts);
    return counts;
  }
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
