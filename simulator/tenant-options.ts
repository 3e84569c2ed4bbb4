import type { EventRange, Oversize } from './records.js';
import type { Delay, History } from './population.js';

/** What the tenant holds. Alerts are shown by both versions of the multi-event call and by `get_alerts`. */
export const RECORD_KINDS = ['incidents', 'alerts', 'audit_managements', 'agent_audits'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

export const ENDPOINT_NAMES = [
  'get_incidents',
  'get_incident_extra_data',
  'get_multiple_incidents_extra_data',
  'alerts_v1',
  'alerts_v2',
  'get_alerts',
  'management_logs',
  'agents_reports',
] as const;
export type EndpointName = (typeof ENDPOINT_NAMES)[number];

/** Trouble the tenant makes; rates are shares of the requests (0 to 1), drawn from the seed. */
export interface Faults {
  /** 500 with the API's envelope. */
  readonly error500: number;
  /** 502 with an HTML body. */
  readonly error502: number;
  /** The connection is reset instead of a reply. */
  readonly reset: number;
  /** Half a body: cut by a closed connection, or complete as HTTP but cut as JSON. */
  readonly truncated: number;
  /** An error envelope under HTTP 200. */
  readonly errorIn200: number;
  /** 429 without need. */
  readonly tooMany: number;
  /** `reply` is a list that holds an empty envelope. */
  readonly listReply: number;
  /** Each reply waits this long. */
  readonly latencyMs: number;
}

export const NO_FAULTS: Faults = {
  error500: 0,
  error502: 0,
  reset: 0,
  truncated: 0,
  errorIn200: 0,
  tooMany: 0,
  listReply: 0,
  latencyMs: 0,
};

/** How the tenant answers; everything here can be changed while it runs. */
export interface Behaviour {
  /** Rows at this offset and beyond are not returned; 0: all are. */
  readonly offsetCap: number;
  /** Form of the batch extra-data reply, or 404 for the call. */
  readonly batchReply: 'object' | 'list' | 'missing';
  /** v1 of the multi-event call answers 500 to `server_creation_time`. */
  readonly refuseServerCreationTime: boolean;
  /** Requests in any sliding second before a 429; 0: no limit. */
  readonly requestsPerSecond: number;
  /** Calls of `get_incident_extra_data` in any sliding minute before a 429; 0: no limit. */
  readonly extraDataPerMinute: number;
  /** With every page of incidents, this share of its rows' number is modified somewhere in the window. */
  readonly modifyWhileRead: number;
  /** Status that an endpoint answers to everything: 402 or 403. */
  readonly denied: Readonly<Partial<Record<EndpointName, 402 | 403>>>;
}

export const DEFAULT_BEHAVIOUR: Behaviour = {
  offsetCap: 10_000,
  batchReply: 'object',
  refuseServerCreationTime: false,
  requestsPerSecond: 10,
  extraDataPerMinute: 10,
  modifyWhileRead: 0,
  denied: {},
};

/** New records over time, in records per second of each kind. */
export interface ProductionRates extends Readonly<Partial<Record<RecordKind, number>>> {
  /** Modifications of existing incidents per second. */
  readonly modifications?: number;
  /** Modified are so many of the incidents that were touched last; default: any. */
  readonly modifiedAmong?: number;
  /** All rates are multiplied by it; default 1. */
  readonly speed?: number;
}

/** A key of the tenant. */
export interface Credentials {
  readonly apiKey: string;
  readonly apiKeyId: string;
  readonly authType: 'standard' | 'advanced';
}

export interface TenantOptions {
  /** Port on 127.0.0.1; default 0: any free one. */
  readonly port?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Epoch ms; default `Date.now`. */
  readonly now?: () => number;
  readonly credentials?: Credentials;
  /** First id of every kind; default 1000. Keeps several tenants of one receiver apart. */
  readonly firstId?: number;
  readonly history?: Readonly<Partial<Record<RecordKind, History>>>;
  readonly production?: ProductionRates;
  /** Alerts that show later than their server time; default none. The field knows up to 4 minutes. */
  readonly late?: Delay;
  readonly oversize?: Oversize;
  /** Default 1 to 3. */
  readonly eventsPerAlert?: EventRange;
  readonly faults?: Partial<Faults>;
  readonly behaviour?: Partial<Behaviour>;
}

/** Key of a tenant that was given none: invented, and good for nothing else. */
export const DEFAULT_CREDENTIALS: Credentials = {
  apiKey: 'SimulatedKeyOfNoRealTenant0123456789',
  apiKeyId: '7',
  authType: 'standard',
};
