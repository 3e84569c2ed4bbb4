import { describe, expect, it } from 'vitest';
import { reckon, reckoningLine } from '../../../simulator/reckoning.js';

function receivedOf(counts: Readonly<Record<string, number>>): Parameters<typeof reckon>[1] {
  const values = Object.values(counts);
  const received = values.reduce((sum, count) => sum + count, 0);
  return {
    malformed: { count: 0, reasons: [] },
    cut: 0,
    strayTags: {},
    arrived: (_book, identity) => counts[identity] ?? 0,
    arrivals: () => ({ received, unique: values.length, duplicated: received - values.length }),
  };
}

const owed = (...identities: string[]): { identity: string; owed: boolean }[] =>
  identities.map((identity) => ({ identity, owed: true }));

describe('a reckoning', () => {
  it('is even when everything owed arrived once', () => {
    const reckoning = reckon([['alerts', owed('1', '2')]], receivedOf({ 1: 1, 2: 1 }));
    expect(reckoningLine(reckoning)).toBe('produced 2, received 2, lost 0, duplicated 0');
  });

  it('names what is lost and counts repeats and strangers', () => {
    const reckoning = reckon([['alerts', owed('1', '2', '3')]], receivedOf({ 1: 3, 2: 1, 9: 1 }));
    expect(reckoning).toMatchObject({ produced: 3, received: 5, lost: 1, duplicated: 2 });
    expect(reckoning.strangers).toBe(1);
    expect(reckoning.byTag[0]).toMatchObject({
      tag: 'edr.cortex_xdr.alerts_multi',
      lostExamples: ['3'],
    });
    expect(reckoningLine(reckoning)).toContain('strangers 1, malformed 0, cut 0');
  });

  it('takes a superseded version where it arrived, and does not miss it where it did not', () => {
    const records = [{ identity: '1@1', owed: false }, ...owed('1@2')];
    const both = reckon([['incidents', records]], receivedOf({ '1@1': 1, '1@2': 1 }));
    const last = reckon([['incidents', records]], receivedOf({ '1@2': 1 }));
    expect(both).toMatchObject({ produced: 2, received: 2, lost: 0, strangers: 0 });
    expect(last).toMatchObject({ produced: 1, received: 1, lost: 0, strangers: 0 });
  });

  it('counts events under a tag of no book as strangers', () => {
    const received = { ...receivedOf({ 1: 1 }), strayTags: { 'my.app.x': 4 } };
    expect(reckon([['alerts', owed('1')]], received)).toMatchObject({ received: 5, strangers: 4 });
  });
});
