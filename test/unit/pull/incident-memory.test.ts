import { describe, expect, it } from 'vitest';
import { newAlerts, rememberIncidents } from '../../../src/pull/incident-memory.js';
import type { KnownIncident } from '../../../src/pull/incident-memory.js';

const KEYS = { a: 'aaaaaaaaaa', b: 'bbbbbbbbbb', c: 'cccccccccc' };

function known(id: string, alertKeys = 'aaaaaaaabbbbbbbb'): KnownIncident {
  return { id, modifiedMs: 1, alertCount: 2, missing: 0, alertKeys, artifacts: null };
}

describe('the memory of incidents', () => {
  it('keeps the newest, each once', () => {
    const memory = rememberIncidents([known('1'), known('2'), known('3')], [known('1')], {
      incidents: 2,
      alerts: 100,
    });
    expect(memory.map(({ id }) => id)).toEqual(['3', '1']);
  });

  it('keeps no more alerts than fit, those of the newest incidents', () => {
    const memory = rememberIncidents([known('1'), known('2'), known('3')], [known('4')], {
      incidents: 10,
      alerts: 5,
    });
    expect(memory.map(({ id }) => id)).toEqual(['3', '4']);
  });

  it('keeps the newest alerts of an incident that has more than fit by itself', () => {
    const memory = rememberIncidents([known('1')], [known('2')], { incidents: 10, alerts: 1 });
    expect(memory).toEqual([known('2', 'bbbbbbbb')]);
  });
});

describe('new alerts of an incident', () => {
  it('are all of one that was not known', () => {
    expect(newAlerts([KEYS.a, KEYS.b], null)).toEqual({
      isNew: [true, true],
      alertKeys: 'aaaaaaaabbbbbbbb',
    });
  });

  it('are those that were not sent, also where one took the place of another', () => {
    expect(newAlerts([KEYS.a, KEYS.c], known('1'))).toEqual({
      isNew: [false, true],
      alertKeys: 'aaaaaaaabbbbbbbbcccccccc',
    });
  });
});
