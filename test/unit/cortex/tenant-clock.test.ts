import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTenantClock } from '../../../src/cortex/tenant-clock.js';

/** What the monotonic clock of the host shows; the tenant's is ahead of it by `TENANT_MS`. */
let hostMs: number;
const TENANT_MS = 1_760_000_000_000;

beforeEach(() => {
  hostMs = 5_000;
  vi.spyOn(performance, 'now').mockImplementation(() => hostMs);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A reply that took so long; the tenant wrote its header in the middle. */
function reply(
  clock: ReturnType<typeof createTenantClock>,
  tookMs: number,
  tenantAheadMs = TENANT_MS,
): void {
  const sentMs = hostMs;
  const writtenMs = sentMs + tookMs / 2 + tenantAheadMs;
  hostMs += tookMs;
  clock.saw(new Date(writtenMs).toUTCString(), sentMs, hostMs);
}

describe("the tenant's clock", () => {
  it('is unknown before a reply tells of it', () => {
    const clock = createTenantClock();
    expect(clock.now()).toBeUndefined();
    for (const header of [undefined, '', 'soon', 7]) clock.saw(header, 1, 2);
    expect(clock.now()).toBeUndefined();
  });

  it.each([1, 100, 20_000])('is surely within its bounds after replies of %i ms', (tookMs) => {
    const clock = createTenantClock();
    for (let turn = 0; turn < 50; turn++) {
      reply(clock, tookMs);
      hostMs += 137;
      const now = clock.now();
      expect(now?.atLeastMs).toBeLessThanOrEqual(hostMs + TENANT_MS);
      expect(now?.atMostMs).toBeGreaterThanOrEqual(hostMs + TENANT_MS);
    }
    const { atLeastMs = 0, atMostMs = 0 } = clock.now() ?? {};
    expect(atMostMs - atLeastMs).toBeLessThanOrEqual(1_200 + tookMs);
  });

  it('is known from the next reply on where it was set, be it ahead or back', () => {
    for (const jumpMs of [3_600_000, -3_600_000]) {
      const clock = createTenantClock();
      reply(clock, 10);
      reply(clock, 10, TENANT_MS + jumpMs);
      const { atLeastMs = 0, atMostMs = 0 } = clock.now() ?? {};
      expect(atLeastMs).toBeLessThanOrEqual(hostMs + TENANT_MS + jumpMs);
      expect(atMostMs).toBeGreaterThanOrEqual(hostMs + TENANT_MS + jumpMs);
    }
  });

  it('follows one that runs a little slower for days', () => {
    const clock = createTenantClock();
    for (let minute = 0; minute < 3 * 1_440; minute++) {
      const slowMs = minute * 60_000 * 5e-5;
      reply(clock, 50, TENANT_MS - slowMs);
      expect(clock.now()?.atMostMs).toBeGreaterThanOrEqual(hostMs + TENANT_MS - slowMs);
      expect(clock.now()?.atLeastMs).toBeLessThanOrEqual(hostMs + TENANT_MS - slowMs);
      hostMs += 60_000;
    }
  });
});
