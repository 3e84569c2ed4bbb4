import type { Service } from './service.js';
import { canonicalText } from './key.js';
import { numberOf } from './values.js';

/** `agent_audits`: reports of the agents; they have no id, so the whole record is the key. */
export const agentAudits: Service = {
  path: () => 'v1/audits/agents_reports',
  timeField: () => 'timestamp',
  rowsKey: 'data',
  timeMs: (record) => numberOf(record.TIMESTAMP),
  key: (record) => (numberOf(record.TIMESTAMP) === undefined ? undefined : canonicalText(record)),
  keyIsContent: true,
  events: (record, config) => [{ tag: config.tags.main, payload: record }],
};
