import { describe, expect, it } from 'vitest';
import { owedWarnings, roundAgain } from '../../../src/pull/incident-calls.js';
import { owesTooMuch } from '../../../src/pull/owed.js';
import { Bench, benchOf } from './incident-bench.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

describe('the alerts of modified incidents', () => {
  it('are asked for by batch although their number is the same, and what took the place of another goes out', () => {
    const bench = benchOf('1', '2');
    bench.change('1', { alerts: [1, 2], count: 2 });
    bench.pull('1', '2');
    bench.change('1', { alerts: [1, 3], modifiedMs: bench.nowMs + 1 });
    bench.pull('1');
    expect(bench.sent).toEqual(['1/1', '1/2', '2/1', '1/3']);
    expect(bench.takeCalls()).toEqual(['batch 1,2', 'batch 1']);
  });

  it('are not asked for again by another try of the window', () => {
    const bench = benchOf('1', '2');
    bench.pull('1');
    bench.takeCalls();
    bench.pull('1', '2');
    expect(bench.takeCalls()).toEqual(['batch 2']);
  });

  it('come a hundred incidents a call', () => {
    const ids = Array.from({ length: 250 }, (_, at) => String(at));
    const bench = benchOf(...ids);
    bench.pull(...ids);
    expect(bench.calls).toHaveLength(3);
    expect(bench.sent).toHaveLength(250);
  });

  it('come by a call of its own where the batch shows fewer', () => {
    const bench = benchOf('1', '2');
    bench.change('1', { alerts: Array.from({ length: 60 }, (_, at) => at), count: 60 });
    expect(bench.pull('1', '2')).toBe(true);
    expect(bench.takeCalls()).toEqual(['batch 1,2', 'single 1']);
    expect(bench.sent).toHaveLength(61);
    expect(bench.owed()).toEqual([]);
  });
});

describe('an incident whose call fails for good', () => {
  const poisoned = { single: 'CORTEX_SERVER_ERROR' };

  it('is set aside as soon as another one could be read, and the others go on', () => {
    const bench = benchOf('300', '301', '302');
    bench.add('300', poisoned);
    bench.batch = 'missing';
    expect(bench.pull('300', '301', '302')).toBe(true);
    expect(bench.sent).toEqual(['301/1', '302/1']);
    expect(bench.owed()).toEqual(['300 refused']);
    expect(owedWarnings(bench.book)[0]).toMatch(
      /^PULL_INCIDENTS_REFUSED: incident 300: .*CORTEX_SERVER_ERROR/,
    );
  });

  it('costs one call at a time, after 1 minute, 2, 4 and so on up to an hour', () => {
    const bench = benchOf('300', '301');
    bench.add('300', poisoned);
    bench.batch = 'missing';
    bench.pull('300', '301');
    bench.takeCalls();
    const triedAfterMs: number[] = [];
    const beganMs = bench.nowMs;
    while (bench.nowMs < beganMs + 4 * 60 * MINUTE_MS) {
      bench.nowMs += MINUTE_MS;
      expect(bench.pull()).toBe(true);
      if (bench.takeCalls().length > 0) triedAfterMs.push(bench.nowMs - beganMs);
    }
    expect(triedAfterMs.map((ms) => ms / MINUTE_MS)).toEqual([1, 3, 7, 15, 31, 63, 123, 183]);
  });

  it('is delivered once the tenant recovers, and owed no more', () => {
    const bench = benchOf('300', '301');
    bench.add('300', poisoned);
    bench.pull('300', '301');
    bench.add('300');
    bench.nowMs += MINUTE_MS;
    bench.pull();
    expect(bench.sent).toContain('300/1');
    expect(bench.owed()).toEqual([]);
    expect(owedWarnings(bench.book)).toEqual([]);
  });

  it('is set aside though it is the only one, as one that could be read before still can', () => {
    const bench = benchOf('1');
    bench.pull('1');
    bench.add('300', poisoned);
    expect(bench.pull('300')).toBe(true);
    expect(bench.owed()).toEqual(['300 refused']);
    expect(bench.sent).toEqual(['1/1']);
  });

  it('is set aside after some tries where there is no other to ask for', () => {
    const bench = new Bench();
    bench.batch = 'missing';
    bench.add('300', poisoned);
    expect([bench.pull('300'), bench.pull('300'), bench.pull('300')]).toEqual([false, false, true]);
    expect(bench.owed()).toEqual(['300 refused']);
  });

  it('does not keep the others waiting where several come first', () => {
    const bench = new Bench();
    bench.batch = 'missing';
    const bad = ['1', '2', '3', '4', '5'];
    for (const id of bad) bench.add(id, poisoned);
    bench.add('6');
    const ids = [...bad, '6'];
    const tries = [bench.pull(...ids), bench.pull(...ids), bench.pull(...ids)];
    expect(tries).toContain(true);
    expect(bench.sent).toEqual(['6/1']);
    expect(bench.owed()).toHaveLength(5);
  });

  it('is not asked for at each of its modifications', () => {
    const bench = benchOf('300', '301');
    bench.add('300', poisoned);
    bench.pull('300', '301');
    bench.takeCalls();
    bench.change('300', { modifiedMs: bench.nowMs + 1 });
    bench.pull('300');
    expect(bench.takeCalls()).toEqual([]);
  });

  it('goes out whole where the segment that held it was lost', () => {
    const bench = benchOf('300', '301');
    bench.pull('300', '301');
    bench.change('300', poisoned);
    const asked = ['300', '301'].map((id) => ({
      ...{ id, modifiedMs: bench.nowMs, alertCount: 1, known: null },
    }));
    expect(bench.ask(roundAgain(asked))).toBe(true);
    expect(bench.owed()).toEqual(['300 refused']);
    bench.add('300');
    bench.nowMs += MINUTE_MS;
    bench.pull();
    expect(bench.sent).toEqual(['300/1', '301/1', '301/1', '300/1']);
  });
});

describe('an outage', () => {
  it.each(['CORTEX_UNAUTHORIZED', 'CORTEX_NETWORK_ERROR', 'CORTEX_RATE_LIMITED', 'WORKER_LOST'])(
    'by %s sets nothing aside and costs one call a try',
    (code) => {
      const bench = benchOf('1', '2', '3');
      bench.batch = code;
      for (let tries = 0; tries < 5; tries++) expect(bench.pull('1', '2', '3')).toBe(false);
      expect(bench.calls).toEqual(Array(5).fill('batch 1,2,3'));
      expect(bench.owed()).toEqual([]);
    },
  );

  it('in which every call fails sets nothing aside, and batches are used as soon as it ends', () => {
    const ids = ['1', '2', '3', '4', '5'];
    const bench = benchOf(...ids);
    bench.batch = 'CORTEX_SERVER_ERROR';
    for (const id of ids) bench.change(id, { single: 'CORTEX_SERVER_ERROR' });
    for (let tries = 0; tries < 20; tries++) {
      expect(bench.pull(...ids)).toBe(false);
      expect(bench.takeCalls().length).toBeLessThanOrEqual(4);
    }
    expect(bench.owed()).toEqual([]);
    bench.batch = undefined;
    for (const id of ids) bench.add(id);
    bench.takeCalls();
    while (!bench.pull(...ids));
    expect(bench.sent.toSorted()).toEqual(ids.map((id) => `${id}/1`));
    expect(bench.owed()).toEqual([]);
    expect(bench.calls.every((call) => call.startsWith('single'))).toBe(false);
  });

  it('of what is owed already does not hold up what is new', () => {
    const bench = benchOf('1', '2');
    bench.add('1', { single: 'CORTEX_SERVER_ERROR' });
    bench.pull('1', '2');
    bench.nowMs += MINUTE_MS;
    bench.add('3');
    expect(bench.pull('3')).toBe(true);
    expect(bench.sent).toEqual(['2/1', '3/1']);
  });
});

describe('a batch call that fails for good', () => {
  it.each(['CORTEX_SERVER_ERROR', 'CORTEX_INVALID_REPLY'])(
    'by %s is replaced by single calls after three tries, for a day',
    (code) => {
      const bench = benchOf('1', '2');
      bench.batch = code;
      expect([bench.pull('1', '2'), bench.pull('1', '2'), bench.pull('1', '2')]).toEqual([
        false,
        false,
        true,
      ]);
      expect(bench.sent).toEqual(['1/1', '2/1']);
      bench.takeCalls();
      bench.nowMs += DAY_MS - 1;
      bench.add('3');
      bench.pull('3');
      expect(bench.takeCalls()).toEqual(['single 3']);
      bench.nowMs += 1;
      bench.add('4');
      bench.pull('4');
      expect(bench.takeCalls()).toEqual(['batch 4']);
    },
  );

  it('costs no single call for incidents without alerts', () => {
    const bench = benchOf('1');
    bench.add('2', { alerts: [] });
    bench.batch = 'missing';
    expect(bench.pull('1', '2')).toBe(true);
    expect(bench.takeCalls()).toEqual(['batch 1,2', 'single 1']);
  });
});

describe('alerts that an incident counts and does not show', () => {
  it('are asked for until they show, and each goes out once', () => {
    const bench = benchOf('1');
    bench.add('1', { count: 2, alerts: [] });
    expect(bench.pull('1')).toBe(true);
    expect(bench.owed()).toEqual(['1 alerts outstanding']);
    expect(owedWarnings(bench.book)[0]).toMatch(/^PULL_ALERTS_OUTSTANDING: incident 1: /);
    bench.nowMs += MINUTE_MS;
    bench.change('1', { alerts: [7] });
    bench.pull();
    bench.nowMs += 2 * MINUTE_MS;
    bench.change('1', { alerts: [7, 8] });
    bench.pull();
    expect(bench.sent).toEqual(['1/7', '1/8']);
    expect(bench.owed()).toEqual([]);
  });

  it('are given up after a day, with a word', () => {
    const bench = benchOf('1');
    bench.add('1', { count: 2, alerts: [5] });
    bench.pull('1');
    for (let hour = 0; hour < 30; hour++) {
      bench.nowMs += 60 * MINUTE_MS;
      bench.pull();
    }
    expect(bench.warnings).toHaveLength(1);
    expect(bench.warnings[0]).toMatch(/^PULL_ALERTS_GIVEN_UP: incident 1: /);
    expect(bench.owed()).toEqual([]);
    expect(bench.calls.length).toBeLessThan(60);
  });

  it('stay owed for all outputs though a segment fetched again shows them to some', () => {
    const bench = benchOf('1');
    bench.add('1', { count: 2, alerts: [1] });
    bench.pull('1');
    bench.change('1', { alerts: [1, 2] });
    const [known] = bench.book.known;
    bench.ask(roundAgain([{ id: '1', modifiedMs: 1, alertCount: 2, known: known ?? null }]));
    bench.sent.length = 0;
    bench.nowMs += MINUTE_MS;
    bench.pull();
    expect(bench.sent).toEqual(['1/2']);
  });
});

it('a list of 200 that are owed is full', () => {
  const ids = Array.from({ length: 200 }, (_, at) => String(at));
  const bench = new Bench();
  for (const id of ids) bench.add(id, { count: 2, alerts: [] });
  bench.pull(...ids.slice(1));
  expect(owesTooMuch(bench.book.owed.length)).toBeNull();
  bench.pull(...ids);
  expect(owesTooMuch(bench.book.owed.length)?.code).toBe('PULL_OWES_TOO_MUCH');
});
