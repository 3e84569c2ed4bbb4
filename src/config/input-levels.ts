import type { Level } from './settings.js';

/** Devo's collectors take any positive number; a higher one is a slip of the pen. */
const MOST_REQUESTS_PER_SECOND = 10_000;

const LIMITS = {
  requests_per_second: {
    format: 'whole',
    min: 1,
    max: MOST_REQUESTS_PER_SECOND,
  },
} as const;

export const INPUT = {
  path: 'inputs.<name>',
  settings: {
    id: {
      doc: 'Short identifier of the tenant; a changed one starts fresh.',
      format: 'id',
      default: undefined,
      required: true,
    },
    enabled: { doc: 'false stops all streams of the input.', format: 'flag', default: true },
    api_fqdn: {
      doc: 'Host of the tenant for services that name none.',
      format: 'fqdn',
      default: undefined,
      env: 'CORTEX_API_FQDN',
    },
    environment: {
      doc: 'Added to every event as @devo_environment.',
      format: 'text',
      default: undefined,
    },
    proxy: {
      doc: 'URL of the proxy for calls of the API; else the usual environment variables hold.',
      format: 'proxy',
      default: undefined,
      sensitive: true,
    },
    extra_data_requests_per_minute: {
      doc: 'Most calls per minute for the alerts of incidents. The vendor allows ten; one is left for the server’s own way of counting.',
      format: 'whole',
      min: 1,
      max: 600,
      default: 9,
    },
    requests_per_second: {
      ...LIMITS.requests_per_second,
      doc: 'Most calls of the API per second, all services together.',
      default: 10,
    },
  },
  nested: ['credentials', 'services', 'requests_limits'],
  unused: ['use_time_slots_for_retrievals', 'autoconfig', 'persistence'],
  refused: {},
} as const satisfies Level;

export const CREDENTIALS = {
  path: 'inputs.<name>.credentials',
  settings: {
    api_key: {
      doc: 'API key of the tenant.',
      format: 'secret',
      default: undefined,
      required: true,
      sensitive: true,
      env: 'CORTEX_API_KEY',
    },
    api_key_id: {
      doc: 'Id of the API key.',
      format: 'secret',
      default: undefined,
      required: true,
      sensitive: true,
      env: 'CORTEX_API_KEY_ID',
    },
    auth_type: {
      doc: 'Security level the key was made with.',
      format: 'choice',
      values: ['standard', 'advanced'],
      default: 'standard',
    },
  },
  nested: [],
  unused: [],
  refused: {},
} as const satisfies Level;

/** One item of `requests_limits`, of an input or a service. */
export const REQUESTS_LIMIT = {
  path: 'inputs.<name>.requests_limits[]',
  settings: {
    period: {
      doc: 'Length of the sliding window: digits and s, m, h, d, w, M (30 days) or y (365 days).',
      format: 'period',
      default: undefined,
      required: true,
    },
    number_of_requests: {
      doc: 'Most calls in the window; -1 for no limit.',
      format: 'whole',
      default: undefined,
      required: true,
      min: -1,
      max: 9_999_999,
    },
  },
  nested: [],
  unused: [],
  refused: {},
} as const satisfies Level;
