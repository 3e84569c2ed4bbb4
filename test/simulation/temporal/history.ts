/** How large histories may become; the server's own are 4,096 and 51,200 events, 4 and 50 MiB. */
export interface HistoryLimits {
  readonly suggestedAtEvents: number;
  readonly mostEvents: number;
  readonly suggestedAtBytes: number;
}

/** About what the server keeps of an event beside its payloads. */
const EVENT_BYTES = 150;

/** The history of one run: its events by kind, as the server would write them. */
export class History {
  events = 0;
  bytes = 0;
  readonly kinds: string[] = [];
  readonly #keep: boolean;

  constructor(keep: boolean) {
    this.#keep = keep;
  }

  add(kind: string, payloadBytes = 0): void {
    this.events += 1;
    this.bytes += EVENT_BYTES + payloadBytes;
    if (this.#keep) this.kinds.push(kind);
  }

  /** Takes back the last events. */
  drop(count: number): void {
    this.events -= count;
    this.kinds.splice(-count);
  }

  suggestsNew(limits: HistoryLimits): boolean {
    return this.events >= limits.suggestedAtEvents || this.bytes >= limits.suggestedAtBytes;
  }
}
