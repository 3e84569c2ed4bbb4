import type { JsonObject, JsonValue } from './json.js';
import type { TimeWindow } from '../pull/window.js';

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Live pulls go before backfills in the input's limiter. Default live. */
  readonly priority?: 'live' | 'backfill';
}

/** One page of a list call: rows `[offset, offset + 100)` of a window, ascending by the time field. */
export interface ListRequest {
  readonly apiFqdn: string;
  /** Under `/public_api/`. */
  readonly path: string;
  readonly timeField: string;
  readonly window: TimeWindow;
  readonly offset: number;
  readonly rowsKey: 'incidents' | 'alerts' | 'data';
}

export interface ListReply {
  /** `total_count`; null where the API gives none. */
  readonly total: number | null;
  readonly rows: JsonValue[];
}

/** The API of one input (tenant): signed, limited, errors mapped to the closed set of `cortex/errors.ts`. */
export interface CortexClient {
  list(request: ListRequest, options?: CallOptions): Promise<ListReply>;
  /** Any other call: POSTs `{request_data}` and returns `reply`. */
  call(
    apiFqdn: string,
    path: string,
    requestData: JsonObject,
    options?: CallOptions,
  ): Promise<JsonValue>;
  /** Requests sent so far, repeats included. */
  readonly requestsMade: number;
}
