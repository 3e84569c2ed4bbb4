import { isJsonObject } from '../cortex/json.js';
import type { DevoEvent, Service } from './service.js';
import { numberOf, textOf } from './values.js';

/** `alerts`: the alert without its events, then (v1) each event by itself, numbered. */
export const alerts: Service = {
  path: (config) => `${config.apiVersion}/alerts/get_alerts_multi_events`,
  timeField: (config) => config.timeField ?? 'server_creation_time',
  rowsKey: 'alerts',
  // `creation_time` filters on the endpoint's clock, `server_creation_time` on the tenant's.
  timeMs: (record, config) =>
    numberOf(
      config.timeField === 'creation_time' ? record.detection_timestamp : record.local_insert_ts,
    ),
  key: ({ alert_id: id, events }) =>
    // Events that are no list could not be split: such an alert goes out as it came.
    Array.isArray(events) || events === undefined || events === null ? textOf(id) : undefined,
  events(record, config): DevoEvent[] {
    if (config.apiVersion === 'v2') return [{ tag: config.tags.main, payload: record }];
    const { events, ...alert } = record;
    const list = Array.isArray(events) ? events : [];
    const shared = {
      ...(record.alert_id === undefined ? {} : { alert_id: record.alert_id }),
      ...(record.external_id === undefined ? {} : { external_id: record.external_id }),
    };
    return [
      { tag: config.tags.main, payload: alert, added: { events_found: list.length } },
      ...list.map((event, at) => ({
        tag: config.tags.event,
        payload: isJsonObject(event) ? event : { event },
        added: { ...shared, events_id: at + 1, events_found: list.length },
      })),
    ];
  },
};
