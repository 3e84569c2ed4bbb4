import type { TenantNow } from '../pull/settled.js';

/** What the `Date` headers of replies tell about the tenant's clock. */
export interface TenantClock {
  /** A reply said so; the times of sending and of getting it are those of `performance.now`. */
  saw(dateHeader: unknown, sentMs: number, gotMs: number): void;
  /** undefined: no reply said anything yet. */
  now(): TenantNow | undefined;
}

/** A header names a whole second, and servers keep its text for about one more. */
const HEADER_SPAN_MS = 2_000;
/** How much two clocks drift apart: what was learnt an hour ago is good for a third of a second. */
const DRIFT = 1e-4;

/**
 * Starts knowing nothing. The tenant's time is kept as a distance from a clock that nobody sets, so that a jump of
 * the host's clock changes nothing; one of the tenant's is known by the next reply.
 */
export function createTenantClock(): TenantClock {
  let least = 0;
  let most = 0;
  let learntMs: number | undefined;

  function widened(atMs: number) {
    const doubtMs = (atMs - (learntMs ?? atMs)) * DRIFT;
    return { least: least - doubtMs, most: most + doubtMs };
  }

  return {
    saw(dateHeader, sentMs, gotMs) {
      const dateMs = typeof dateHeader === 'string' ? Date.parse(dateHeader) : Number.NaN;
      if (Number.isNaN(dateMs)) return;
      const seen = { least: dateMs - gotMs, most: dateMs + HEADER_SPAN_MS - sentMs };
      const before = learntMs === undefined ? seen : widened(gotMs);
      const both = {
        least: Math.max(seen.least, before.least),
        most: Math.min(seen.most, before.most),
      };
      // They contradict each other where a clock was set; the newer one holds.
      ({ least, most } = both.least <= both.most ? both : seen);
      learntMs = gotMs;
    },
    now() {
      if (learntMs === undefined) return undefined;
      const atMs = performance.now();
      const known = widened(atMs);
      return { atLeastMs: atMs + known.least, atMostMs: atMs + known.most };
    },
  };
}
