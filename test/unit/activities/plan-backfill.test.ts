import { describe, expect, it } from 'vitest';
import { planBackfill } from '../../../src/activities/plan-backfill.js';
import type { KnownStream } from '../../../src/activities/plan-backfill.js';
import { CollectorError } from '../../../src/errors/collector-error.js';
import type { StreamName } from '../../../src/pull/settings.js';

const NOW_MS = Date.UTC(2026, 5, 1);

function stream(input: string, name: StreamName): KnownStream {
  return {
    identity: { input, inputId: '1', stream: name },
    settings: {
      periodMs: 300_000,
      settleMs: 60_000,
      lookbackMs: 300_000,
      startTimeMs: null,
      outputs: ['devo_1'],
      taskQueuePrefix: 'cortex-devo',
      hostGoneAfterMs: 300_000,
      searchAttributes: false,
    },
  };
}
const ONE = [stream('acme', 'alerts'), stream('acme', 'agent_audits')];
const REQUEST = { service: 'alerts', from: '2026-01-01', to: '2026-02-01' };

describe('a request for a backfill', () => {
  it('becomes a range without its end, in two lanes, that looks back nowhere', () => {
    const plan = planBackfill(REQUEST, ONE, NOW_MS);
    expect(plan.range).toEqual({
      fromMs: Date.UTC(2026, 0, 1),
      toMs: Date.UTC(2026, 1, 1) - 1,
    });
    expect(plan).toMatchObject({ lanes: 2, warnings: [], settings: { lookbackMs: 0 } });
  });

  it('takes epoch ms, and one lane where times have fractions', () => {
    const request = { service: 'agent_audits', from: NOW_MS - 7_200_000, to: NOW_MS - 3_600_000 };
    expect(planBackfill({ ...request, lanes: 4 }, ONE, NOW_MS).lanes).toBe(1);
  });

  it('misses no record between the last millisecond of one range and the first of the next', () => {
    const asked = { service: 'agent_audits', from: '2026-01-01', to: '2026-02-01' };
    const first = planBackfill(asked, ONE, NOW_MS).range;
    const next = planBackfill({ ...asked, from: asked.to, to: '2026-03-01' }, ONE, NOW_MS).range;
    const shows = (range: typeof first, ms: number) => ms >= range.fromMs && ms <= range.toMs;
    const betweenMs = Date.UTC(2026, 1, 1) - 0.5;
    expect([shows(first, betweenMs), shows(next, betweenMs)]).toEqual([true, false]);
  });

  it('is cut where records are not settled yet, and says so', () => {
    const plan = planBackfill({ ...REQUEST, to: '2027-01-01' }, ONE, NOW_MS);
    expect(plan.range.toMs).toBe(NOW_MS - 60_000);
    expect(plan.warnings[0]).toContain('2026-05-31T23:59:00.000Z');
  });

  it('names the input where several have the service', () => {
    const two = [...ONE, stream('other', 'alerts')];
    expect(planBackfill({ ...REQUEST, input: 'other' }, two, NOW_MS).identity.input).toBe('other');
    expect(() => planBackfill(REQUEST, two, NOW_MS)).toThrow(/acme, other/);
  });

  it.each([
    ['yesterday', 'BACKFILL_REQUEST_INVALID', '"yesterday"'],
    [null, 'BACKFILL_REQUEST_INVALID', 'null'],
    [{ ...REQUEST, form: 1 }, 'BACKFILL_REQUEST_INVALID', '"form"'],
    [{ ...REQUEST, lanes: 0 }, 'BACKFILL_REQUEST_INVALID', 'lanes: found 0'],
    [{ ...REQUEST, lanes: '2' }, 'BACKFILL_REQUEST_INVALID', 'lanes: found "2"'],
    [{ ...REQUEST, service: 'alert' }, 'BACKFILL_STREAM_UNKNOWN', 'alerts, agent_audits'],
    [{ ...REQUEST, input: 'acm' }, 'BACKFILL_STREAM_UNKNOWN', 'expected one of acme'],
    [{ service: 'alerts', from: '2026-01-01' }, 'BACKFILL_RANGE_INVALID', 'to: found nothing'],
    [{ ...REQUEST, from: 'May' }, 'BACKFILL_RANGE_INVALID', 'from: found "May"'],
    [{ ...REQUEST, to: '2026-01-01' }, 'BACKFILL_RANGE_INVALID', 'expected from to lie before to'],
    [
      { ...REQUEST, from: '2026-07-01', to: '2026-08-01' },
      'BACKFILL_RANGE_INVALID',
      'expected a time before',
    ],
  ])('refuses %j with a reason', (request, code, text) => {
    let found: unknown;
    try {
      planBackfill(request, ONE, NOW_MS);
    } catch (error) {
      found = error;
    }
    expect(found).toBeInstanceOf(CollectorError);
    expect(found).toMatchObject({ code, retry: 'never' });
    expect((found as CollectorError).message).toContain(text);
  });
});
