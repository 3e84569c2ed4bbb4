import { SlidingWindow } from './sliding-window.js';
import type { EndpointName } from './tenant-options.js';

/** What a tenant was asked, for tests and reports. */
export interface TenantStats {
  readonly requests: number;
  /** Requests by `<endpoint> <status>`; status 0: the connection was reset. */
  readonly byEndpoint: Readonly<Record<string, number>>;
  readonly rowsServed: number;
  /** Most requests in any second. */
  readonly mostPerSecond: number;
  /** Most calls of `get_incident_extra_data` in any minute. */
  readonly mostExtraDataPerMinute: number;
  /** Records made that the API does not show yet. */
  readonly hidden: number;
  readonly modifications: number;
}

/** Counts requests by the tenant's own clock, as they arrive. */
export class RequestCounts {
  readonly #second = new SlidingWindow(1000);
  readonly #minute = new SlidingWindow(60_000);
  readonly #byEndpoint = new Map<string, number>();
  #requests = 0;
  #rows = 0;

  arrived(endpoint: EndpointName | undefined, nowMs: number): void {
    this.#requests++;
    this.#second.add(nowMs);
    if (endpoint === 'get_incident_extra_data') this.#minute.add(nowMs);
  }

  answered(endpoint: EndpointName | undefined, status: number, rows: number): void {
    const key = `${endpoint ?? 'unknown'} ${status}`;
    this.#byEndpoint.set(key, (this.#byEndpoint.get(key) ?? 0) + 1);
    this.#rows += rows;
  }

  snapshot(world: { readonly hidden: number; readonly modifications: number }): TenantStats {
    return {
      requests: this.#requests,
      byEndpoint: Object.fromEntries(this.#byEndpoint),
      rowsServed: this.#rows,
      mostPerSecond: this.#second.most,
      mostExtraDataPerMinute: this.#minute.most,
      ...world,
    };
  }
}
