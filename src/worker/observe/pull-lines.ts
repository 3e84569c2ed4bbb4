import type { Logger } from 'pino';
import type { FetchReport, PulledStream } from '../../activities/dependencies.js';
import type { StreamIdentity } from '../../pull/settings.js';
import type { PullSummary } from '../../pull/status.js';
import { workflowIdOf } from '../streams.js';
import type { ConfiguredStream } from '../streams.js';

/** A pull that takes long says this often how far it is. */
const PARTIAL_EVERY_MS = 60_000;

/** The lines of each pull cycle: started, statistics, up to date, completed. */
export interface PullLines {
  /** A part of a pull is about to be read. */
  fetching(stream: PulledStream): void;
  fetched(stream: PulledStream, fetched: FetchReport): void;
  /** The workflow says that the data is up to date. */
  ended(workflowId: string, pull: PullSummary): void;
}

interface RunningPull {
  readonly pullingId: number;
  readonly sums: PullSums;
  readonly saidMs: number;
}

type PullSums = Pick<PullSummary, 'requests' | 'records' | 'duplicates' | 'events'>;

const NOTHING: PullSums = { requests: 0, records: 0, duplicates: 0, events: 0 };

/** Writes them to `log`; `streams`: those of the config in force; a stream that the config does not name any more ends without lines. */
export function createPullLines(
  log: Logger,
  streams: () => readonly ConfiguredStream[],
  nowMs: () => number,
): PullLines {
  const configured = (id: string) => streams().find((stream) => stream.workflowId === id);
  const running = new Map<string, RunningPull>();

  return {
    fetching(stream) {
      const { pullingId, priority } = stream;
      const id = workflowIdOf(stream);
      if (priority !== 'live' || running.get(id)?.pullingId === pullingId) return;
      running.set(id, { pullingId, sums: NOTHING, saidMs: nowMs() });
      const periodMs = configured(id)?.settings.periodMs;
      log.info(
        {
          ...namesOf(stream),
          pullingId: String(pullingId),
          ...(periodMs === undefined ? {} : { periodSeconds: periodMs / 1_000 }),
        },
        'Pull started',
      );
    },
    fetched(stream, { counts, segment, window }) {
      const id = workflowIdOf(stream);
      const pull = running.get(id);
      // A backfill, or a try that outlived its pull.
      if (pull?.pullingId !== stream.pullingId) return;
      const sums = {
        requests: pull.sums.requests + counts.requests,
        records: pull.sums.records + counts.records,
        duplicates: pull.sums.duplicates + counts.duplicates,
        events: pull.sums.events + (segment?.events ?? 0),
      };
      const due = nowMs() - pull.saidMs >= PARTIAL_EVERY_MS;
      running.set(id, { ...pull, sums, saidMs: due ? nowMs() : pull.saidMs });
      if (!due) return;
      log.info(
        {
          ...statisticsOf(stream, pull.pullingId, sums, nowMs()),
          readTo: new Date(window.toMs).toISOString(),
        },
        'Pull statistics so far',
      );
    },
    ended(workflowId, pull) {
      const stream = configured(workflowId);
      if (stream === undefined) return;
      running.delete(workflowId);
      const { identity, settings } = stream;
      const names = namesOf(identity);
      const endedMs = pull.endedMs ?? nowMs();
      const elapsedMs = Math.max(0, endedMs - pull.pullingId);
      const upTo = new Date(pull.toMs).toISOString();
      log.info(
        {
          ...statisticsOf(identity, pull.pullingId, pull, endedMs),
          elapsedSeconds: elapsedMs / 1_000,
          upTo,
        },
        'Pull statistics',
      );
      log.info({ ...names, upTo }, 'Data up to date');
      log.info(
        {
          ...names,
          elapsedSeconds: elapsedMs / 1_000,
          waitSeconds: Math.max(0, settings.periodMs - elapsedMs) / 1_000,
        },
        elapsedMs > settings.periodMs
          ? 'Pull cycle completed; it took longer than its period, so the next one follows at once'
          : 'Pull cycle completed',
      );
    },
  };
}

/** Only the names: an activity's input also holds keys and windows. */
export function namesOf({ input, inputId, stream }: StreamIdentity): StreamIdentity {
  return { input, inputId, stream };
}

function statisticsOf(
  identity: StreamIdentity,
  pullingId: number,
  { requests, records, duplicates, events }: PullSums,
  untilMs: number,
) {
  const elapsedSeconds = Math.max(0.001, (untilMs - pullingId) / 1_000);
  return {
    ...namesOf(identity),
    pullingId: String(pullingId),
    requests,
    received: records,
    duplicatesLeftOut: duplicates,
    events,
    eventsPerSecond: Math.round((10 * events) / elapsedSeconds) / 10,
  };
}
