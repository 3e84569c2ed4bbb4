import type { Service } from './service.js';
import { numberOf, textOf } from './values.js';

/** `audit_managements`: what people did in the console. */
export const auditManagements: Service = {
  path: () => 'v1/audits/management_logs',
  timeField: () => 'timestamp',
  rowsKey: 'data',
  timeMs: (record) => numberOf(record.AUDIT_INSERT_TIME),
  key: (record) => textOf(record.AUDIT_ID),
  events: (record, config) => [{ tag: config.tags.main, payload: record }],
};
