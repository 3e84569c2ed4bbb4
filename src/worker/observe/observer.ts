import type { Logger } from 'pino';
import type { ActivityObserver } from '../../activities/dependencies.js';
import type { CollectorMetrics } from './metrics.js';
import { namesOf } from './pull-lines.js';
import type { PullLines } from './pull-lines.js';
import type { SenderStats } from './sender-stats.js';

/** Where the observer writes what it sees. */
export interface ObserverSinks {
  readonly log: Logger;
  readonly metrics: CollectorMetrics;
  readonly pulls: PullLines;
  readonly sent: SenderStats;
}

/** Turns what activities report into metrics and log lines; what repeats is logged once. `outputs`: their names. */
export function createObserver(
  { log, metrics, pulls, sent }: ObserverSinks,
  outputs: readonly string[],
): ActivityObserver {
  const malformedSaid = new Set<string>();
  const unconfirmed = new Set<string>();
  // An increase from nothing to 1 is none to Prometheus.
  for (const output of outputs) metrics.deliveries.inc({ output, confirmation: 'unconfirmed' }, 0);

  return {
    onFetching: (stream) => pulls.fetching(stream),
    onFetched(identity, receipt, elapsedMs, malformedByKind) {
      const { input, stream } = identity;
      const { counts, segment, window } = receipt;
      const labels = { input, stream };
      metrics.records.inc(labels, counts.records);
      metrics.duplicates.inc(labels, counts.duplicates);
      metrics.rereads.inc(labels, counts.rereads);
      metrics.fetchDuration.observe({ stream }, elapsedMs / 1_000);
      for (const [tag, { events, bytes }] of Object.entries(segment?.byTag ?? {})) {
        metrics.fetchedEvents.inc({ ...labels, tag }, events);
        metrics.fetchedBytes.inc({ ...labels, tag }, bytes);
      }
      for (const [kind, records] of Object.entries(
        malformedByKind ?? { other: counts.malformed },
      )) {
        metrics.malformed.inc({ ...labels, kind }, records);
        if (records === 0) continue;
        const known = `${input}/${stream}/${kind}`;
        if (malformedSaid.has(known)) continue;
        malformedSaid.add(known);
        log.warn(
          { ...namesOf(identity), code: 'RECORD_MALFORMED', kind, records },
          'Records are not what this service expects; they go out as they came, and further ones are only counted',
        );
      }
      log.debug(
        {
          ...namesOf(identity),
          ...counts,
          byTag: segment?.byTag ?? {},
          from: new Date(window.fromMs).toISOString(),
          to: new Date(window.toMs).toISOString(),
          elapsedMs,
        },
        'Window fetched',
      );
      pulls.fetched(identity, receipt);
    },
    onDelivered(identity, receipt, byTag) {
      const { output, confirmation } = receipt;
      sent.add(receipt, byTag);
      metrics.deliveries.inc({ output, confirmation });
      metrics.deliveryDuration.observe({ output }, receipt.elapsedMs / 1_000);
      for (const [tag, { events, bytes }] of Object.entries(byTag)) {
        metrics.deliveredEvents.inc({ output, tag }, events);
        metrics.deliveredBytes.inc({ output, tag }, bytes);
      }
      log.debug({ ...namesOf(identity), ...receipt }, 'Segment delivered');
      if (confirmation !== 'unconfirmed') {
        unconfirmed.delete(output);
      } else if (!unconfirmed.has(output)) {
        unconfirmed.add(output);
        log.warn(
          { output, code: 'DEVO_UNCONFIRMED' },
          'The receiver took whole segments and never closed the connection; they count as delivered, and this is said again after one that is confirmed',
        );
      }
    },
    onFailed({ input, stream }, activity, code) {
      metrics.failures.inc({ input, stream, activity, code });
    },
  };
}
