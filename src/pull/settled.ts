import { formatDuration } from './time-text.js';
import type { TimeWindow } from './window.js';

/** Between which times the tenant's clock is, epoch ms. */
export interface TenantNow {
  readonly atLeastMs: number;
  readonly atMostMs: number;
}

/** What of a window may be read by now. */
export interface SettledPart {
  /** null: nothing yet. */
  readonly window: TimeWindow | null;
  /** The tenant's now, less settle, comes before the end that was asked for. */
  readonly reachedNow: boolean;
}

/** More doubt than this, which a slow reply leaves, is not taken in favour of a later end. */
const MOST_DOUBT_MS = 3_000;
/** A `Date` header has a resolution of a second, so less is no difference that anybody can see. */
const LEAST_DIFFERENCE_MS = 1_000;

/**
 * The part of a window that the tenant has settled: records come in up to its own now, whatever this host's clock
 * says. Cut only where that clock is surely ahead, and then to what is surely settled. Without a tenant's now the
 * host's clock counts, by which the window was made.
 */
export function settledPart(
  window: TimeWindow,
  now: TenantNow | undefined,
  settleMs: number,
): SettledPart {
  if (now === undefined) return { window, reachedNow: false };
  const latestMs = Math.min(now.atMostMs, now.atLeastMs + MOST_DOUBT_MS) - settleMs;
  if (window.toMs <= latestMs) return { window, reachedNow: false };
  const toMs = Math.floor(now.atLeastMs - settleMs);
  const settled = toMs < window.fromMs ? null : { fromMs: window.fromMs, toMs };
  return { window: settled, reachedNow: true };
}

/** The window of a receipt that read nothing: it ends before it begins. */
export function nothingOf({ fromMs }: TimeWindow): TimeWindow {
  return { fromMs, toMs: fromMs - 1 };
}

/** How far the host's clock is surely ahead of the tenant's, ms; negative: behind; 0: none that can be seen. */
export function hostAheadMs(now: TenantNow, hostNowMs: number): number {
  const ahead = hostNowMs - now.atMostMs;
  const behind = now.atLeastMs - hostNowMs;
  return ahead > 0 ? ahead : behind > 0 ? -behind : 0;
}

/** The warning that the clocks differ by more than half of `settleMs`; none where they do not. */
export function clockWarnings(
  now: TenantNow | undefined,
  hostNowMs: number,
  settleMs: number,
): string[] {
  const aheadMs = now === undefined ? 0 : hostAheadMs(now, hostNowMs);
  if (Math.abs(aheadMs) <= Math.max(LEAST_DIFFERENCE_MS, settleMs / 2)) return [];
  const side = aheadMs > 0 ? 'ahead of' : 'behind';
  return [
    `CORTEX_CLOCK_DIFFERS: this host's clock is ${formatDuration(Math.abs(aheadMs))} ${side} the tenant's, by which the data is read; set one of them right`,
  ];
}
