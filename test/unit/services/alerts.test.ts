import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/cortex/json.js';
import { readRecord } from '../../../src/services/to-events.js';
import { alerts } from '../../../src/services/alerts.js';
import { serviceConfig } from './config.js';

const v1 = serviceConfig({ service: 'alerts' });
const eventsOf = (record: JsonObject, config = v1) =>
  readRecord(alerts, record, false, config)
    .events()
    .map(({ tag, payload, added }) => ({ tag, payload: { ...(payload as JsonObject), ...added } }));

const ALERT = { alert_id: '8', external_id: 'e-8', severity: 'high', local_insert_ts: 20 };

describe('an alert with events', () => {
  it('goes out once without them, then each of them by itself, numbered', () => {
    const events = [{ event_type: 'Network' }, { event_type: 'Process', alert_id: 'other' }];
    const record = { ...ALERT, events };
    const before = structuredClone(record);
    const shared = { alert_id: '8', external_id: 'e-8', events_found: 2 };
    expect(eventsOf(record)).toEqual([
      { tag: 'main', payload: { ...ALERT, events_found: 2 } },
      { tag: 'event', payload: { event_type: 'Network', ...shared, events_id: 1 } },
      { tag: 'event', payload: { event_type: 'Process', ...shared, events_id: 2 } },
    ]);
    expect(record).toEqual(before);
  });

  it.each([[{ events: [] }], [{ events: null }], [{}]])('goes out alone with %j', (events) => {
    expect(eventsOf({ ...ALERT, ...events })).toEqual([
      { tag: 'main', payload: { ...ALERT, events_found: 0 } },
    ]);
  });

  it('keeps a null external_id and adds none where there is none', () => {
    const event = (record: JsonObject) => eventsOf(record)[1]?.payload;
    expect(event({ alert_id: '8', external_id: null, events: [{}] })).toHaveProperty(
      'external_id',
      null,
    );
    expect(event({ alert_id: '8', events: [{}] })).not.toHaveProperty('external_id');
  });

  it('keeps an event that is no object', () => {
    expect(eventsOf({ ...ALERT, events: ['odd', null] }).slice(1)).toMatchObject([
      { payload: { event: 'odd', events_id: 1 } },
      { payload: { event: null, events_id: 2 } },
    ]);
  });

  it('is malformed, and goes out as it came, where its events are no list', () => {
    const record = { ...ALERT, events: { event_type: 'Network' } };
    expect(readRecord(alerts, record, false, v1).malformed).toBe('no_key');
    expect(eventsOf(record)).toEqual([{ tag: 'main', payload: record }]);
  });

  it('goes out alone with its columns on v2', () => {
    const record = { ...ALERT, event_type: ['Network', 'Process'], events: null };
    const v2 = serviceConfig({ service: 'alerts', apiVersion: 'v2' });
    expect(eventsOf(record, v2)).toEqual([{ tag: 'main', payload: record }]);
    expect(alerts.path(v2)).toBe('v2/alerts/get_alerts_multi_events');
  });
});

describe('the time of an alert', () => {
  const record = { ...ALERT, detection_timestamp: 10 };

  it("is the tenant's, as is the filter", () => {
    expect(alerts.timeField(v1)).toBe('server_creation_time');
    expect(alerts.timeMs(record, v1)).toBe(20);
  });

  it("is the endpoint's where the tenant filters by that alone", () => {
    const other = serviceConfig({ service: 'alerts', timeField: 'creation_time' });
    expect(alerts.timeField(other)).toBe('creation_time');
    expect(alerts.timeMs(record, other)).toBe(10);
  });
});
