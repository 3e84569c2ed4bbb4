import type { Service } from './service.js';
import { numberOf, textOf } from './values.js';

/** `all_alerts`: flat alerts; the API filters them by the endpoint's clock, so the lookback is long. */
export const allAlerts: Service = {
  path: () => 'v1/alerts/get_alerts',
  timeField: () => 'creation_time',
  rowsKey: 'alerts',
  timeMs: (record) => numberOf(record.detection_timestamp),
  key: (record) => textOf(record.alert_id),
  events: (record, config) => [{ tag: config.tags.main, payload: record }],
};
