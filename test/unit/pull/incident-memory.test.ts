import { describe, expect, it } from 'vitest';
import {
  incidentsToAsk,
  newAlerts,
  newestOf,
  rememberIncidents,
} from '../../../src/pull/incident-memory.js';
import type { KnownIncident } from '../../../src/pull/incident-memory.js';

function known(id: string, changes: Partial<KnownIncident> = {}): KnownIncident {
  return { id, alertCount: 2, alerts: 2, newestMs: 200, artifacts: null, ...changes };
}

describe('incidents whose alerts are asked for', () => {
  it('are those that nobody asked for, or whose number of alerts changed', () => {
    const memory = [known('1'), known('2')];
    const listed = [
      { id: '1', alertCount: 2 },
      { id: '2', alertCount: 3 },
      { id: '3', alertCount: 1 },
    ];
    expect(incidentsToAsk(listed, memory)).toEqual([
      { id: '2', alertCount: 3, known: known('2') },
      { id: '3', alertCount: 1, known: null },
    ]);
  });

  it('are asked for whenever a number is missing, on either side', () => {
    expect(incidentsToAsk([{ id: '1', alertCount: null }], [known('1')])).toHaveLength(1);
    const uncounted = known('1', { alertCount: null });
    expect(incidentsToAsk([{ id: '1', alertCount: 2 }], [uncounted])).toHaveLength(1);
  });

  it('have alerts at all', () => {
    expect(incidentsToAsk([{ id: '1', alertCount: 0 }], [])).toEqual([]);
  });
});

describe('the memory of incidents', () => {
  it('keeps the newest, each once', () => {
    const memory = rememberIncidents([known('1'), known('2'), known('3')], [known('1')], 2);
    expect(memory.map(({ id }) => id)).toEqual(['3', '1']);
  });
});

describe('new alerts of an incident', () => {
  it('are all of one that was not known', () => {
    expect(newAlerts([100, 200], null)).toEqual([true, true]);
  });

  it('are those after the newest known one where the others are as many as were sent', () => {
    expect(newAlerts([300, 100, 200], known('1'))).toEqual([true, false, false]);
  });

  it('are all where one came in behind the newest, has the same time, or no time', () => {
    expect(newAlerts([100, 150, 200], known('1'))).toEqual([true, true, true]);
    expect(newAlerts([100, 200, 200], known('1'))).toEqual([true, true, true]);
    expect(newAlerts([100, undefined], known('1'))).toEqual([true, true]);
    expect(newAlerts([100, 200], known('1', { newestMs: null }))).toEqual([true, true]);
  });

  it('cannot be told by time next time where one of them has none', () => {
    expect(newestOf([1, 3, 2])).toBe(3);
    expect(newestOf([1, undefined])).toBeNull();
    expect(newestOf([])).toBeNull();
  });
});
