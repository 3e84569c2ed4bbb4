import { stringify } from 'lossless-json';
import type { Service } from './service.js';
import { numberOf } from './values.js';

/** `agent_audits`: reports of the agents; they have no id, so the whole record is the key. */
export const agentAudits: Service = {
  path: () => 'v1/audits/agents_reports',
  timeField: () => 'timestamp',
  rowsKey: 'data',
  timeMs: (record) => numberOf(record['TIMESTAMP']),
  key: (record) => {
    if (numberOf(record['TIMESTAMP']) === undefined) return undefined;
    // The order of the fields is not the API's promise.
    const fields = Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
    return stringify(fields);
  },
  events: (record, config) => [{ tag: config.tags.main, payload: record }],
};
