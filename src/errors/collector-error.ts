/** What an operator reads about one kind of error, in the terminal and in `docs/troubleshooting.md`. */
export interface ErrorEntry {
  /** A few words naming the trouble. */
  readonly title: string;
  /** What usually brings it about. */
  readonly cause: string;
  /** What the operator does about it. */
  readonly action: string;
}

/** The errors one folder can raise, by their stable code (`AREA_CAUSE`, in capitals). */
export type ErrorCatalogue<Code extends string = string> = Readonly<Record<Code, ErrorEntry>>;

export interface CollectorErrorOptions {
  /** `never`: trying again cannot help until somebody acts. `later`: the same call may work later. */
  readonly retry: 'never' | 'later';
  /** The soonest time, from now, at which a new try makes sense. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/**
 * Every error this product raises on purpose. The message says what was found, what was expected and
 * what to do; it never holds a key, a header or a body.
 */
export class CollectorError extends Error {
  readonly code: string;
  readonly retry: 'never' | 'later';
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options: CollectorErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CollectorError';
    this.code = code;
    this.retry = options.retry;
    this.retryAfterMs = options.retryAfterMs;
  }
}
