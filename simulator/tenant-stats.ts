import type { EndpointName } from './tenant-options.js';

/** Counts what happened in the last `widthMs`; also remembers the most it ever was. */
export class SlidingWindow {
  readonly #widthMs: number;
  #times: number[] = [];
  #most = 0;

  constructor(widthMs: number) {
    this.#widthMs = widthMs;
  }

  /** Most that happened in any window of this width so far. */
  get most(): number {
    return this.#most;
  }

  /** How many happened in the window that ends at `nowMs`. */
  count(nowMs: number): number {
    const firstInside = this.#times.findIndex((timeMs) => timeMs > nowMs - this.#widthMs);
    this.#times = firstInside === -1 ? [] : this.#times.slice(firstInside);
    return this.#times.length;
  }

  add(nowMs: number): void {
    this.#times.push(nowMs);
    this.#most = Math.max(this.#most, this.count(nowMs));
  }
}

/** What a tenant was asked, for tests and reports. */
export interface TenantStats {
  readonly requests: number;
  /** Requests by `<endpoint> <status>`; status 0: the connection was reset. */
  readonly byEndpoint: Readonly<Record<string, number>>;
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

  arrived(endpoint: EndpointName | undefined, nowMs: number): void {
    this.#requests++;
    this.#second.add(nowMs);
    if (endpoint === 'get_incident_extra_data') this.#minute.add(nowMs);
  }

  answered(endpoint: EndpointName | undefined, status: number): void {
    const key = `${endpoint ?? 'unknown'} ${status}`;
    this.#byEndpoint.set(key, (this.#byEndpoint.get(key) ?? 0) + 1);
  }

  snapshot(world: { readonly hidden: number; readonly modifications: number }): TenantStats {
    return {
      requests: this.#requests,
      byEndpoint: Object.fromEntries(this.#byEndpoint),
      mostPerSecond: this.#second.most,
      mostExtraDataPerMinute: this.#minute.most,
      ...world,
    };
  }
}
