/** The services of the Cortex XDR collector, by the key they have in the config file. */
export const SERVICE_NAMES = [
  'incidents',
  'alerts',
  'all_alerts',
  'audit_managements',
  'agent_audits',
] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** `at most requests per periodMs`, in any window of that length. */
export interface RequestLimit {
  readonly requests: number;
  readonly periodMs: number;
}

export interface Credentials {
  readonly apiKey: string;
  readonly apiKeyId: string;
  readonly authType: 'standard' | 'advanced';
}

export interface ServiceConfig {
  readonly service: ServiceName;
  /** As the operator wrote it; `cortex/` makes the base URL of it. */
  readonly apiFqdn: string;
  readonly periodMs: number;
  /** undefined: 24 hours before the first start. */
  readonly startTimeMs: number | undefined;
  readonly settleMs: number;
  readonly lookbackMs: number;
  /** Tags with the overrides applied. */
  readonly tags: {
    readonly main: string;
    /** Events of `alerts`. */
    readonly event: string;
    readonly incidentAlert: string;
    readonly incidentArtifact: string;
  };
  readonly includeIncidentAlerts: boolean;
  readonly includeIncidentArtifacts: boolean;
  readonly alertsLimit: number;
  readonly apiVersion: 'v1' | 'v2';
  /** undefined: `server_creation_time`, and `creation_time` where the tenant refuses it. */
  readonly timeField: 'server_creation_time' | 'creation_time' | undefined;
}

export interface InputConfig {
  readonly name: string;
  readonly id: string;
  readonly enabled: boolean;
  readonly credentials: Credentials;
  readonly proxy: string | undefined;
  readonly environment: string | undefined;
  /** Calls per minute for the alerts of incidents, over all workers. */
  readonly extraDataPerMinute: number;
  /** All must hold at once; never empty. */
  readonly requestLimits: readonly RequestLimit[];
  readonly services: readonly ServiceConfig[];
}

/** What Devo's Query API is asked with: a token, or an API key with its secret. */
export type QueryCredentials =
  { readonly token: string } | { readonly key: string; readonly secret: string };

/** How an output's events are looked for in Devo. */
export interface VerifyConfig {
  readonly address: string;
  readonly credentials: QueryCredentials;
  /** From the end of a pull to the first look. */
  readonly afterMs: number;
  /** Column of `@devo_pulling_id`; undefined: found by the table's columns. */
  readonly pullingIdColumn: string | undefined;
}

interface NamedOutput {
  readonly name: string;
  /** Absent: nothing is looked for. */
  readonly verify?: VerifyConfig;
}

/** Devo's retry and timeout keys, the same for every output that connects. */
export interface SendingConfig {
  readonly connectingRetries: number;
  readonly connectingInitialWaitMs: number;
  readonly connectingMaxWaitMs: number;
  readonly sendingTimeoutMs: number;
  readonly sendingRetries: number;
  readonly sendingInitialWaitMs: number;
  readonly sendingMaxWaitMs: number;
}

export interface TlsOutputConfig extends NamedOutput {
  readonly type: 'devo_platform' | 'relay';
  readonly address: string;
  readonly port: number;
  /** Absolute paths of PEM files. */
  readonly chain: string;
  readonly cert: string;
  readonly key: string;
  readonly verifyHostname: boolean;
  readonly serverName: string;
  /** OpenSSL's, 0 to 2. */
  readonly securityLevel: number;
  readonly compression: boolean;
  /** How long a receiver that has everything must keep the connection open before it is asked to close. */
  readonly confirmWaitMs: number;
  readonly sending: SendingConfig;
}

export interface TcpOutputConfig extends NamedOutput {
  readonly type: 'syslog' | 'in_house_relay';
  readonly address: string;
  readonly port: number;
  readonly confirmWaitMs: number;
  readonly sending: SendingConfig;
}

export interface HttpOutputConfig extends NamedOutput {
  readonly type: 'http';
  readonly address: string;
  readonly domain: string;
  readonly token: string;
  readonly compression: boolean;
  /** Absolute path of a PEM file with the server's CA, where it is not a public one. */
  readonly chain: string | undefined;
  readonly sending: SendingConfig;
}

export interface ConsoleOutputConfig extends NamedOutput {
  readonly type: 'console';
}

export interface FileOutputConfig extends NamedOutput {
  readonly type: 'file';
  readonly path: string;
}

export type OutputConfig =
  TlsOutputConfig | TcpOutputConfig | HttpOutputConfig | ConsoleOutputConfig | FileOutputConfig;

export interface TemporalConfig {
  /** undefined: the embedded server. */
  readonly address: string | undefined;
  readonly namespace: string;
  readonly taskQueuePrefix: string;
  /** Of the embedded server; 0: no UI. */
  readonly uiPort: number;
  /** How long the host that has a segment may be without a worker before its window is fetched elsewhere. */
  readonly hostGoneAfterMs: number;
}

export interface CollectorPaths {
  readonly root: string;
  readonly configFile: string;
  readonly certs: string;
  readonly credentials: string;
  readonly state: string;
}

/** One loaded and checked config file: defaults filled in, names resolved, units in ms. */
export interface CollectorConfig {
  readonly paths: CollectorPaths;
  readonly debug: boolean;
  /** Globals' name, the `host` of every frame. */
  readonly name: string;
  readonly id: string;
  readonly temporal: TemporalConfig;
  readonly http: readonly { readonly host: string; readonly port: number }[];
  readonly senderStatsPeriodMs: number;
  readonly outputs: readonly OutputConfig[];
  readonly inputs: readonly InputConfig[];
}

/** A finding about the config file that does not stop the start. */
export interface ConfigWarning {
  readonly path: string;
  readonly message: string;
  readonly code: string;
  /** `info`: nothing to act on. */
  readonly severity: 'warning' | 'info';
}
