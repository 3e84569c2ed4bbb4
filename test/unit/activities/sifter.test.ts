import { describe, expect, it } from 'vitest';
import { toFailure } from '../../../src/activities/failure.js';
import { createSifter } from '../../../src/activities/sifter.js';
import type { StreamConfig } from '../../../src/activities/dependencies.js';
import type { ServiceName } from '../../../src/config/model.js';
import type { JsonObject } from '../../../src/cortex/json.js';
import { newCheckpoint } from '../../../src/pull/checkpoint.js';
import { afterWindow, keysFor, keysSinceMs, nextWindow } from '../../../src/pull/plan.js';
import { PagesRepeatError } from '../../../src/pull/read-window.js';
import { SERVICES } from '../../../src/services/registry.js';
import { serviceConfig } from '../services/config.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = 1_760_000_000_000;

function sifterOf(service: ServiceName, changes = {}) {
  const config = { service: serviceConfig({ service }) } as StreamConfig;
  return createSifter(SERVICES[service], config, {
    window: { fromMs: START_MS, toMs: START_MS + HOUR_MS },
    windowIso: '',
    ...{ knownKeys: [], keysSinceMs: 0, sliceMs: 1_000, ...changes },
  });
}

const rowsOf = (...records: readonly JsonObject[]) =>
  records.map((record) => ({ record, lossless: false }));

/** Pulls every minute for half an hour, with an alert a minute whose own time is off from the filter's. */
function pullAlerts(ownTimeOffMs: number) {
  const alerts = Array.from({ length: 20 }, (_, at) => {
    const filterMs = START_MS + at * MINUTE_MS + 1;
    return { filterMs, alert_id: String(at), local_insert_ts: filterMs + ownTimeOffMs };
  });
  let checkpoint = newCheckpoint({ startTimeMs: START_MS, configuredStartMs: null });
  const sent: JsonObject[] = [];
  const warnings: string[] = [];
  for (let minute = 2; minute < 30; minute++) {
    const targetMs = START_MS + (minute - 1) * MINUTE_MS;
    const plan = { targetMs, lookbackMs: 5 * MINUTE_MS, overlapMs: 0 as const };
    const window = nextWindow(checkpoint, { ...plan, readToMs: null });
    if (window === null) continue;
    const sifter = sifterOf('alerts', {
      window,
      ...{ knownKeys: keysFor(window, checkpoint), keysSinceMs: keysSinceMs(window, plan) },
    });
    const shown = alerts.filter(
      ({ filterMs }) => filterMs >= window.fromMs && filterMs <= window.toMs,
    );
    const { records } = sifter.page(rowsOf(...shown));
    sent.push(...records.map(({ row }) => row.record as JsonObject));
    const sifted = sifter.sifted(window.toMs);
    warnings.push(...sifted.warnings);
    const outcome = { window, newKeys: sifted.newKeys, records: shown.length };
    checkpoint = afterWindow(checkpoint, outcome, plan);
  }
  return { ids: sent.map(({ alert_id: id }) => id), warnings };
}

describe("records whose own time is not the filter's", () => {
  const all = Array.from({ length: 20 }, (_, at) => String(at));

  it.each([
    ['two hours before it', -2 * HOUR_MS],
    ['two hours after it', 2 * HOUR_MS],
  ])('go out once and are told of: %s', (_, offMs) => {
    const { ids, warnings } = pullAlerts(offMs);
    expect(ids).toEqual(all);
    expect(warnings[0]).toMatch(/^RECORD_TIME_FOREIGN: .*server_creation_time/);
  });

  it.each([
    ['the same', 0],
    ['some seconds after it', 7_000],
  ])('go out once without a word where it is %s', (_, offMs) => {
    expect(pullAlerts(offMs)).toEqual({ ids: all, warnings: [] });
  });
});

describe('equal records', () => {
  const audit = { TIMESTAMP: START_MS + 0.25, DESCRIPTION: 'x' };

  it('of a service without ids are as many records as one reply shows', () => {
    const sifter = sifterOf('agent_audits');
    const { records, distinct } = sifter.page(rowsOf(audit, audit));
    expect([records.length, distinct]).toEqual([2, 2]);
    expect(new Set(records.map(({ key }) => key)).size).toBe(2);
    expect(sifter.page(rowsOf(audit, audit))).toEqual({ records: [], distinct: 0 });
    const knownKeys = sifter.sifted(START_MS + HOUR_MS).newKeys;
    const again = sifterOf('agent_audits', { knownKeys });
    expect(again.page(rowsOf(audit, audit)).records).toEqual([]);
    expect(again.sifted(START_MS + HOUR_MS).duplicates).toBe(2);
  });

  it('with an id are one record, however often a reply shows it', () => {
    const sifter = sifterOf('alerts');
    const alert = { alert_id: '1', local_insert_ts: START_MS };
    const { records, distinct } = sifter.page(rowsOf(alert, alert));
    expect([records.length, distinct]).toEqual([1, 2]);
  });
});

it('pages that repeat are an error that trying again at once does not cure', () => {
  const failure = toFailure(new PagesRepeatError({ fromMs: 1, toMs: 2 }, 100));
  expect(failure).toMatchObject({ type: 'PULL_PAGES_REPEAT', nonRetryable: true });
  expect(failure.message).toContain('at offset 100 nothing but rows of the pages before it');
});
