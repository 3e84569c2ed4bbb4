import type { StreamName } from '../../../src/pull/settings.js';
import type { Cluster } from '../cluster.js';
import { START_MS } from '../scenario.js';
import type { Owed } from '../world/records.js';
import type { Check } from './check.js';

/** Lost ones that are named. */
const NAMED = 3;

/** Each event of each record that the API shows in range is at each output. */
export function nothingLost(): Check {
  return {
    property: 'nothing is lost',
    atEnd: (cluster) =>
      cluster.draw.outputs.flatMap((output) => {
        const lost = [...owedTo(cluster, output)].flatMap(
          ({ stream, identities, timeMs, visibleMs }) =>
            identities
              .filter((name) => cluster.ledger.arrived(output, name) === 0)
              .map(
                (name) =>
                  `${name} of ${stream} at ${timeMs - START_MS}, shown at ${visibleMs - START_MS}`,
              ),
        );
        if (lost.length === 0) return [];
        return [
          `${lost.length} events did not reach ${output}: ${lost.slice(0, NAMED).join('; ')}`,
        ];
      }),
  };
}

/** What is owed to an output by the live streams and the backfill. */
export function* owedTo(cluster: Cluster, output: string): Generator<Owed> {
  const { backfill } = cluster.scenario;
  const since = cluster.joinedMs(output);
  const filled = cluster.backfilled;
  for (const owed of cluster.tenant.owed(new Set<StreamName>(cluster.draw.streams))) {
    const isLive = owed.timeMs >= cluster.liveFromMs(owed.stream) && owed.firstMs > since;
    const isFilled =
      filled &&
      since === 0 &&
      backfill?.stream === owed.stream &&
      owed.timeMs >= backfill.fromMs &&
      owed.timeMs < backfill.toMs &&
      owed.visibleMs <= START_MS;
    if (isLive || isFilled) yield owed;
  }
}
