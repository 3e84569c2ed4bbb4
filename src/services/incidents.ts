import type { Service } from './service.js';
import { numberOf, textOf } from './values.js';

/** `incidents`: an incident goes out once per modification. */
export const incidents: Service = {
  path: () => 'v1/incidents/get_incidents',
  timeField: () => 'modification_time',
  rowsKey: 'incidents',
  timeMs: (record) => numberOf(record.modification_time),
  key: (record) => {
    const id = textOf(record.incident_id);
    const modified = numberOf(record.modification_time);
    return id === undefined || modified === undefined ? undefined : `${id}@${modified}`;
  },
  events: (record, config) => [{ tag: config.tags.main, payload: record }],
};
