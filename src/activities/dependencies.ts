import type { Logger } from 'pino';
import type { CollectorConfig, InputConfig, ServiceConfig } from '../config/model.js';
import type { CortexClient } from '../cortex/client.js';
import type { Output } from '../devo/output.js';
import { CollectorError } from '../errors/collector-error.js';
import type { DeliveryReceipt, Priority, SegmentReceipt, TagCount } from '../pull/receipts.js';
import type { StreamIdentity, TimeField } from '../pull/settings.js';
import type { SegmentStore } from '../segments/segment-store.js';
import type { KnownStream } from './plan-backfill.js';

/** What any fetching activity tells of its work. */
export type FetchReport = Pick<SegmentReceipt, 'segment' | 'window' | 'counts'>;

/** The stream and the pull that an activity reads for. */
export interface PulledStream extends StreamIdentity {
  /** Time of the pull, epoch ms: `@devo_pulling_id`. */
  readonly pullingId: number;
  readonly priority: Priority;
}

/** What activities count; the worker turns it into metrics and reports. */
export interface ActivityObserver {
  /** A part of a pull is about to be read. */
  onFetching(stream: PulledStream): void;
  /** `malformedByKind`: how many records were not what the service expects, by what was wrong. */
  onFetched(
    stream: PulledStream,
    fetched: FetchReport,
    elapsedMs: number,
    malformedByKind?: Readonly<Record<string, number>>,
  ): void;
  /** `byTag`: what the segment holds. */
  onDelivered(
    stream: StreamIdentity,
    receipt: DeliveryReceipt,
    byTag: Readonly<Record<string, TagCount>>,
  ): void;
  onFailed(stream: StreamIdentity, activity: string, code: string): void;
}

/** Everything activities close over; secrets stay in here and never enter a history. */
export interface ActivityDependencies {
  /** The config in force; a later call may give a newer one. */
  readonly config: () => CollectorConfig;
  /** The streams of the config in force. */
  readonly streams: () => readonly KnownStream[];
  /** The API client of an input, with the limiter that all its streams share. */
  readonly client: (input: InputConfig) => CortexClient;
  readonly output: (name: string) => Output | undefined;
  readonly segments: SegmentStore;
  /** Aborted when the worker was asked to stop. */
  readonly stopping: AbortSignal;
  readonly log: Logger;
  readonly observer: ActivityObserver;
}

/** An input and the service behind one of its streams. */
export interface StreamConfig {
  readonly input: InputConfig;
  readonly service: ServiceConfig;
}

/**
 * Finds a stream in the config in force; `timeField` replaces the usual one where the config does not fix it.
 * Raises `CONFIG_STREAM_UNKNOWN`.
 */
export function streamConfig(
  config: CollectorConfig,
  stream: StreamIdentity,
  timeField: TimeField | null,
): StreamConfig {
  const name = stream.stream === 'incident_alerts' ? 'incidents' : stream.stream;
  const input = config.inputs.find(
    (each) => each.name === stream.input && each.id === stream.inputId,
  );
  const service = input?.services.find((each) => each.service === name);
  if (input === undefined || service === undefined) {
    throw new CollectorError(
      'CONFIG_STREAM_UNKNOWN',
      `found no service ${name} for input ${stream.input} with id ${stream.inputId} in this worker's config; give every worker the same config file and apply it again`,
      { retry: 'never' },
    );
  }
  if (timeField === null) return { input, service };
  return { input, service: { ...service, timeField: service.timeField ?? timeField } };
}
