/** The streams: what one loop pulls. `incident_alerts` is the second half of the service `incidents`. */
export const STREAM_NAMES = [
  'incidents',
  'incident_alerts',
  'alerts',
  'all_alerts',
  'audit_managements',
  'agent_audits',
] as const;
export type StreamName = (typeof STREAM_NAMES)[number];

/** Time fields by which alerts can be asked for. */
export const TIME_FIELDS = ['server_creation_time', 'creation_time'] as const;
export type TimeField = (typeof TIME_FIELDS)[number];

/** Which loop this is: one per input and stream. Holds names only, never a secret. */
export interface StreamIdentity {
  /** Name of the input in the config file. */
  readonly input: string;
  /** `id` of the input in the config file. */
  readonly inputId: string;
  readonly stream: StreamName;
}

/** What `apply` tells a loop from the config file; a changed one arrives by the signal `reconfigure`. */
export interface StreamSettings {
  readonly periodMs: number;
  readonly settleMs: number;
  readonly lookbackMs: number;
  /** `start_time` of the config file; null: 24 hours before the first start. */
  readonly startTimeMs: number | null;
  /** Names of the outputs, in the order of the config file. */
  readonly outputs: readonly string[];
  /** `<prefix>` of the task queues. */
  readonly taskQueuePrefix: string;
  /** How long a segment's host may leave a delivery untaken before the window is fetched elsewhere. */
  readonly hostGoneAfterMs: number;
  /** Whether the cluster knows the product's search attributes; upserting an unknown one is an error. */
  readonly searchAttributes: boolean;
  /** `globals.name/globals.id` of the collector whose `apply` sent these; absent: started by hand. */
  readonly owner?: string;
  /**
   * What else the config says of the stream, by the operator's key: tags, options, a short hash for what is
   * secret. Activities read it in the config of their own worker; here it makes a change a change, so that a
   * plan shows it and a wait after an error ends. Absent: started before it was kept.
   */
  readonly options?: Readonly<Record<string, string>>;
}
