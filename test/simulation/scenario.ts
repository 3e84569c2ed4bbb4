import { LIMITS } from '../../src/pull/limits.js';
import { STREAM_NAMES } from '../../src/pull/settings.js';
import type { StreamName } from '../../src/pull/settings.js';
import type { Random } from './random.js';
import type { HistoryLimits } from './temporal/history.js';
import type { ConfigDraw } from './world/config.js';
import type { PopulationDraw } from './world/population.js';
import type { TenantBehaviour } from './world/tenant.js';

/** 31 January 2026, 00:00 UTC: where every history begins. */
export const START_MS = Date.UTC(2026, 0, 31);

/** One world, drawn from a seed. */
export interface Scenario {
  readonly config: ConfigDraw;
  readonly population: PopulationDraw;
  readonly behaviour: TenantBehaviour;
  readonly limits: typeof LIMITS;
  readonly history: HistoryLimits;
  readonly slots: number;
  /** How long faults go on, ms. */
  readonly chaosMs: number;
  readonly backfill: BackfillDraw | undefined;
}

export interface BackfillDraw {
  readonly stream: StreamName;
  readonly fromMs: number;
  /** Does not belong to it. */
  readonly toMs: number;
  readonly lanes: number;
  readonly afterMs: number;
}

export function drawScenario(random: Random): Scenario {
  const streams = drawStreams(random);
  const periodMs = Math.round(60_000 * 10 ** (random.next() * 2));
  const settleMs = random.between(5, 60) * 1_000;
  const lookbackMs = random.between(60, 600) * 1_000;
  const chaosMs = periodMs * random.between(4, 14);
  const historyMs = Math.round(3_600_000 * 10 ** random.next());
  const startTimeMs = START_MS - Math.round(historyMs * random.next());
  const isLate = random.chance(0.5);
  // The keys of a tenant that is behind are kept from this clock's lookback on, and late records not found.
  const mostBehindMs = isLate ? 0 : 600_000;
  const skewMs = random.chance(0.3) ? random.between(-mostBehindMs, 600_000) : 0;
  const limits = drawLimits(random, isLate);
  return {
    config: {
      streams,
      outputs: random.chance(0.5) ? ['a'] : ['a', 'b'],
      periodMs,
      settleMs,
      lookbackMs,
      startTimeMs,
      hostGoneAfterMs: random.between(60, 300) * 1_000,
    },
    population: {
      streams,
      fromMs: START_MS - historyMs,
      toMs: START_MS + chaosMs,
      records: random.between(3, 36),
      crowd: random.chance(0.3) ? random.next() * 0.5 : 0,
      late: { share: isLate ? random.next() * 0.5 : 0, mostMs: settleMs + lookbackMs * 0.9 },
      malformed: random.chance(0.1) ? 0.1 : 0,
      skewMs,
    },
    behaviour: {
      nullCounts: random.chance(0.1),
      shuffledTies: false,
      noServerTime: random.chance(0.15),
      batchCall: random.pick(['object', 'object', 'object', 'list', 'missing']),
      batchAlerts: random.between(2, 10),
      offsetCap: limits.saturatedAt + 1,
      moving: random.chance(0.3) ? random.next() * 0.3 : 0,
      refused: undefined,
      poisoned: new Set(),
      skewMs,
    },
    limits,
    history: drawHistoryLimits(random),
    slots: random.pick([100, 100, 4]),
    chaosMs,
    backfill: random.chance(0.5)
      ? {
          stream: streams[random.below(streams.length)] ?? streams[0],
          fromMs: START_MS - historyMs,
          toMs: startTimeMs,
          lanes: random.between(1, 4),
          afterMs: random.below(chaosMs / 2),
        }
      : undefined,
  };
}

function drawStreams(random: Random): [StreamName, ...StreamName[]] {
  if (random.chance(0.03)) return [...STREAM_NAMES];
  const first = random.pick(STREAM_NAMES);
  const more = STREAM_NAMES.filter((name) => name !== first && random.chance(0.1));
  // Their service pulls both.
  const needed: StreamName[] =
    first === 'incident_alerts' || more.includes('incident_alerts') ? ['incidents'] : [];
  return [...new Set<StreamName>([first, ...more, ...needed])] as [StreamName, ...StreamName[]];
}

/** As the product has them. */
const DEFAULTS = { ...LIMITS };

/** Small enough for small worlds to reach them. */
function drawLimits(random: Random, isLate: boolean): typeof LIMITS {
  const segmentRows = random.between(8, 30);
  const remembers = random.chance(0.6);
  return {
    ...DEFAULTS,
    pageRows: random.between(3, 8),
    segmentRows,
    aimedRows: random.between(4, segmentRows),
    saturatedAt: 2 * segmentRows + random.between(0, 20),
    // A lookback as short as the keys allow finds late records no more.
    keys: isLate ? 1_000 : random.between(20, 200),
    incidents: random.between(4, 20),
    aimedIncidents: random.between(3, 15),
    rememberedIncidents: remembers ? 100 : random.between(5, 40),
    rememberedAlerts: remembers ? 1_000 : random.between(20, 200),
    owed: random.between(3, 20),
    pendingSegments: random.between(3, 8),
  };
}

function drawHistoryLimits(random: Random): HistoryLimits {
  const suggestedAtEvents = random.between(80, 400);
  return {
    suggestedAtEvents,
    mostEvents: 4 * suggestedAtEvents,
    suggestedAtBytes: 4 * 1024 * 1024,
  };
}
