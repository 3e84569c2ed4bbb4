import type { StreamStatus } from '../../../src/pull/status.js';
import type { Cluster } from '../cluster.js';
import type { Random } from '../random.js';
import type { Fault } from './fault.js';

/** What people do with the commands, the config file, and Temporal UI. */
export const OPERATOR_FAULTS: readonly Fault[] = [
  {
    kind: 'paused',
    weight: 2,
    strike: (cluster, random) => {
      const id = anyStream(cluster, random);
      cluster.signal(id, 'pause');
      return () => {
        cluster.signal(id, 'resume');
      };
    },
  },
  {
    kind: 'pulled at once',
    strike: (cluster, random) => {
      cluster.signal(anyStream(cluster, random), 'pullNow');
      return undefined;
    },
  },
  {
    kind: 'reset',
    strike: async (cluster, random) => {
      await reset(cluster, random);
      return undefined;
    },
  },
  {
    kind: 'suggested to continue as new',
    weight: 2,
    strike: (cluster, random) => {
      const run = cluster.server.find(anyWorkflow(cluster, random));
      if (run !== undefined) run.suggestedNow = true;
      return undefined;
    },
  },
  {
    kind: 'period changed',
    strike: (cluster, random) => {
      const { periodMs } = cluster.scenario.config;
      cluster.reconfigure({ periodMs: Math.round(periodMs * (0.5 + random.next())) });
      cluster.applySoon();
      return undefined;
    },
  },
  {
    kind: 'output leaves the config',
    weight: 2,
    fits: ({ scenario }) => scenario.config.outputs.length > 1,
    strike: (cluster) => {
      cluster.reconfigure({ outputs: ['a'] });
      cluster.applySoon();
      return () => {
        cluster.joins('b');
      };
    },
  },
  {
    kind: 'stream leaves the config',
    strike: (cluster, random) => {
      const { streams } = cluster.scenario.config;
      const gone = streams[random.below(streams.length)];
      cluster.reconfigure({ streams: streams.filter((each) => each !== gone) });
      cluster.applySoon();
      return () => {
        cluster.reconfigure({ streams });
        cluster.applySoon();
      };
    },
  },
  {
    kind: 'backfill paused',
    fits: ({ scenario }) => scenario.backfill !== undefined,
    strike: (cluster) => {
      const id = `backfill/${cluster.scenario.backfill?.stream ?? ''}`;
      // Or it is started and paused at once.
      if (cluster.server.find(id) === undefined) cluster.startBackfill();
      cluster.signal(id, 'pause');
      return () => {
        cluster.signal(id, 'resume');
      };
    },
  },
  {
    kind: 'backfill cancelled',
    fits: ({ scenario }) => scenario.backfill !== undefined,
    strike: ({ server, scenario }) => {
      server.find(`backfill/${scenario.backfill?.stream ?? ''}`)?.cancel();
      return undefined;
    },
  },
  {
    kind: 'stream cancelled',
    strike: (cluster, random) => {
      cluster.server.find(anyStream(cluster, random))?.cancel();
      return () => {
        cluster.applySoon();
      };
    },
  },
  {
    kind: 'stream terminated',
    strike: (cluster, random) => {
      cluster.server.find(anyStream(cluster, random))?.terminate('by somebody');
      return () => {
        cluster.applySoon();
      };
    },
  },
];

function anyStream({ streamIds }: Cluster, random: Random): string {
  return streamIds[random.below(streamIds.length)] ?? '';
}

function anyWorkflow(cluster: Cluster, random: Random): string {
  const ids = cluster.server.latest.map(({ workflowId }) => workflowId);
  return ids[random.below(ids.length)] ?? '';
}

/** To some time that was read already: what lies before it and was not sent then is not owed any more. */
async function reset(cluster: Cluster, random: Random): Promise<void> {
  const id = anyStream(cluster, random);
  const run = cluster.server.find(id);
  const status = (await run?.query('status', []).catch(() => undefined)) as
    StreamStatus | undefined;
  const startMs = cluster.draw.startTimeMs;
  if (status === undefined || startMs === undefined) return;
  const toMs = random.between(startMs, Math.max(startMs, status.watermarkMs));
  const isGiven = random.chance(0.7);
  cluster.onRepeated(id, isGiven ? toMs : startMs);
  cluster.signal(id, 'resetPersistence', ...(isGiven ? [{ startTime: toMs }] : []));
}
