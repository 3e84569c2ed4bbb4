import { describe, expect, it } from 'vitest';
import { createIncidentTaker } from '../../../src/activities/incident-taker.js';
import type { AskedIncident } from '../../../src/pull/incident-memory.js';
import type { FetchIncidentAlertsInput } from '../../../src/pull/receipts.js';
import { readExtraData } from '../../../src/services/incident-alerts.js';
import { serviceConfig } from '../services/config.js';

const CONFIG = serviceConfig({ service: 'incidents', includeIncidentArtifacts: true });

function asking(
  call: 'batch' | 'single',
  ...incidents: readonly AskedIncident[]
): FetchIncidentAlertsInput {
  return {
    ...{ input: 'acme', inputId: '1', stream: 'incident_alerts', call, incidents },
    window: { fromMs: 1, toMs: 2 },
    ...{ pullingId: 1, segment: 's', keep: [], priority: 'live' },
  };
}

function entry(id: string, inserted: readonly number[], total = inserted.length, files = ['a']) {
  return readExtraData(
    {
      incident: { incident_id: id, alert_count: total },
      alerts: {
        total_count: total,
        data: inserted.map((ms) => ({ alert_id: `${id}-${ms}` })),
      },
      file_artifacts: { total_count: 1, data: files.map((file_sha256) => ({ file_sha256 })) },
    },
    CONFIG,
  );
}

const fresh = (id: string): AskedIncident => ({
  ...{ id, modifiedMs: 5, alertCount: null, known: null },
});

describe('what goes out of the incidents of a reply', () => {
  it('is everything of a new one, and all of it is remembered', () => {
    const taker = createIncidentTaker(asking('batch', fresh('7')));
    expect(taker.take(entry('7', [10, 20]))).toHaveLength(3);
    const { taken, leftOut, counts } = taker.result();
    expect(taken).toMatchObject([{ id: '7', modifiedMs: 5, alertCount: 2, missing: 0 }]);
    expect(leftOut).toEqual([]);
    expect(counts).toMatchObject({ records: 3, duplicates: 0, requests: 1 });
  });

  it('is what is new of a known one; artifacts only where their set changed', () => {
    const first = createIncidentTaker(asking('batch', fresh('7')));
    first.take(entry('7', [10, 20]));
    const [known = null] = first.result().taken;
    const again = createIncidentTaker(
      asking('batch', { id: '7', modifiedMs: 6, alertCount: 3, known }),
    );
    expect(again.take(entry('7', [10, 20, 30])).map(({ payload }) => payload)).toEqual([
      { alert_id: '7-30', incident_id: '7' },
    ]);
    expect(again.result().counts).toMatchObject({ records: 4, duplicates: 3 });
    const changed = createIncidentTaker(
      asking('batch', { id: '7', modifiedMs: 6, alertCount: 2, known }),
    );
    expect(changed.take(entry('7', [10, 20], 2, ['a', 'b']))).toHaveLength(2);
  });

  it('is nothing of one that a batch cuts short or does not show: it needs a call of its own', () => {
    const asked = [fresh('7'), fresh('8'), fresh('9')];
    const taker = createIncidentTaker(asking('batch', ...asked));
    expect(taker.take(entry('7', [10], 60))).toEqual([]);
    taker.take(entry('8', [10]));
    expect(taker.result().leftOut).toEqual([asked[0], asked[2]]);
  });

  it('is nothing of a stranger, and nothing twice', () => {
    const taker = createIncidentTaker(asking('batch', fresh('7')));
    expect(taker.take(entry('99', [10]))).toEqual([]);
    expect(taker.take(entry('7', [10, 10]))).toHaveLength(2);
    expect(taker.take(entry('7', [10]))).toEqual([]);
  });

  it('is what took the place of another alert, though there are as many as before', () => {
    const first = createIncidentTaker(asking('batch', fresh('7')));
    first.take(entry('7', [10, 20]));
    const [known = null] = first.result().taken;
    const again = createIncidentTaker(asking('batch', { ...fresh('7'), known }));
    expect(again.take(entry('7', [10, 30])).map(({ payload }) => payload)).toEqual([
      { alert_id: '7-30', incident_id: '7' },
    ]);
  });

  it('is all that a call of its own gives, and how many are missing is remembered', () => {
    const taker = createIncidentTaker(asking('single', fresh('7')));
    expect(taker.take(entry('7', [10, 20], 1_500))).toHaveLength(3);
    expect(taker.result().taken).toMatchObject([{ alertCount: 1_500, missing: 1_498 }]);
  });

  it('is nothing missing of an incident that by now counts fewer than it was listed with', () => {
    const taker = createIncidentTaker(asking('single', { ...fresh('7'), alertCount: 9 }));
    taker.take(entry('7', [10, 20]));
    expect(taker.result().taken).toMatchObject([{ alertCount: 2, missing: 0 }]);
  });

  it('is missing where the reply does not count and shows fewer than were listed', () => {
    const taker = createIncidentTaker(asking('single', { ...fresh('7'), alertCount: 2 }));
    taker.take(readExtraData({ incident: { incident_id: '7' }, alerts: { data: [] } }, CONFIG));
    expect(taker.result().taken).toMatchObject([{ alertCount: 2, missing: 2 }]);
  });

  it('needs no call of its own where a batch cuts it short and count and alerts are as they were', () => {
    const whole = createIncidentTaker(asking('single', fresh('7')));
    whole.take(entry('7', [1, 2, 3], 3));
    const [known = null] = whole.result().taken;
    const again = createIncidentTaker(asking('batch', { ...fresh('7'), known }));
    expect(again.take(entry('7', [2, 3], 3))).toEqual([]);
    expect(again.result()).toMatchObject({ leftOut: [], taken: [{ missing: 0 }] });
    for (const changed of [entry('7', [2, 4], 3), entry('7', [2, 3], 4)]) {
      const taker = createIncidentTaker(asking('batch', { ...fresh('7'), known }));
      taker.take(changed);
      expect(taker.result().leftOut).toHaveLength(1);
    }
  });

  it('is a reply without id as well, where one incident was asked for', () => {
    const taker = createIncidentTaker(asking('single', fresh('7')));
    const nameless = readExtraData({ alerts: { total_count: 1, data: [{ x: 1 }] } }, CONFIG);
    expect(taker.take(nameless)).toHaveLength(1);
    expect(taker.result().leftOut).toEqual([]);
  });
});
