import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { ActivityObserver } from '../../activities/dependencies.js';
import type { SegmentStore } from '../../segments/segment-store.js';
import type { ConfigInForce } from '../config-in-force.js';
import type { TemporalSession } from '../temporal/open-temporal.js';
import { sdkMetricsText } from '../runtime.js';
import type { PullEndListener } from '../runtime.js';
import { readStatus } from '../status.js';
import { createApiWatch } from './api-watch.js';
import type { ApiWatch } from './api-watch.js';
import { startHttpServer } from './http-server.js';
import type { HttpReply } from './http-server.js';
import { createMetrics } from './metrics.js';
import { createObserver } from './observer.js';
import { createPullLines } from './pull-lines.js';
import { readinessOf } from './readiness.js';
import type { WatchedWorker } from './readiness.js';
import { logSenderStatistics, startReports } from './reports.js';
import { createSenderStats } from './sender-stats.js';
import { setStateGauges } from './state-gauges.js';
import { createStreamWatch } from './stream-watch.js';

/** As often as Prometheus usually scrapes; one query per stream each time. */
const LOOK_EVERY_MS = 15_000;
/** With many streams more seldom, so that a look costs little: 20 queries in a second, and never too old. */
const LOOK_MS_PER_STREAM = 50;
const LOOK_MOST_MS = 50_000;
const PING_MS = 5_000;

/** Everything operators read of one process, being kept up to date. */
export interface Observing {
  readonly observer: ActivityObserver;
  readonly watchApi: ApiWatch['watch'];
  readonly onPullEnded: PullEndListener;
  /** From now on the workers count in `/readyz` and the metrics. */
  workersStarted(workers: () => readonly WatchedWorker[]): void;
  /** Writes the last sender statistics, and gives the port back. */
  close(): Promise<void>;
}

export interface ObservingOptions {
  readonly inForce: ConfigInForce;
  readonly session: TemporalSession;
  readonly segments: SegmentStore;
  readonly log: Logger;
}

/** Starts metrics, health and reports. Raises `HTTP_PORT_IN_USE` and `HTTP_LISTEN_FAILED`. */
export async function startObserving(options: ObservingOptions): Promise<Observing> {
  const { inForce, session, segments, log } = options;
  const config = inForce.config();
  const metrics = createMetrics();
  metrics.buildInfo.set({ version: version() }, 1);
  const pulls = createPullLines(log, inForce.streams, Date.now);
  const outputs = config.outputs.map((output) => output.name);
  const sent = createSenderStats(outputs, Date.now());
  const api = createApiWatch(metrics);
  const closing = new AbortController();
  const watch = createStreamWatch({
    readStreams: async () => await readStatus(inForce.config(), session, closing.signal),
    pingTemporal: async () =>
      await session.client.withDeadline(Date.now() + PING_MS, async () =>
        session.client.workflowService.getSystemInfo({}),
      ),
    readBacklog: async () => await segments.backlog(),
    onEnded: ({ identity, problem }) => {
      log.warn({ ...identity, code: problem?.code, reason: problem?.message }, 'Stream has ended');
    },
    nowMs: Date.now,
  });
  let workers: () => readonly WatchedWorker[] = () => [];

  const server = await startHttpServer(config.http, {
    '/metrics': async () => {
      api.refresh();
      setStateGauges(metrics, watch.state(), workers(), Date.now());
      const [own, sdk] = await Promise.all([metrics.registry.metrics(), sdkMetricsText()]);
      return { status: 200, contentType: metrics.registry.contentType, body: own + sdk };
    },
    '/healthz': () => json(200, { alive: true, uptimeSeconds: Math.round(process.uptime()) }),
    '/readyz': () => {
      const readiness = readinessOf(watch.state(), workers(), Date.now());
      return json(readiness.ready ? 200 : 503, readiness);
    },
  });
  log.info({ urls: server.urls }, 'Health and metrics listen');

  const { senderStatsPeriodMs } = config;
  const reports = { log, sent, senderStatsPeriodMs, watched: () => watch.state(), nowMs: Date.now };
  const stopReports = startReports(reports);
  const lookEveryMs = Math.max(
    LOOK_EVERY_MS,
    Math.min(LOOK_MOST_MS, inForce.streams().length * LOOK_MS_PER_STREAM),
  );
  const looking = setInterval(() => void watch.look(), lookEveryMs);
  looking.unref();
  void watch.look();

  return {
    observer: createObserver({ log, metrics, pulls, sent }, outputs),
    watchApi: (input, limiter) => api.watch(input, limiter),
    onPullEnded(workflowId, pull) {
      pulls.ended(workflowId, pull);
      watch.pullEnded(workflowId, pull.endedMs ?? Date.now());
    },
    workersStarted(started) {
      workers = started;
      for (const { identity, settings } of inForce.streams()) {
        log.info(
          {
            ...identity,
            outputs: settings.outputs,
            periodSeconds: settings.periodMs / 1_000,
            settleSeconds: settings.settleMs / 1_000,
            lookbackSeconds: settings.lookbackMs / 1_000,
          },
          'Setup done',
        );
      }
    },
    async close() {
      clearInterval(looking);
      closing.abort();
      stopReports();
      logSenderStatistics(reports);
      await server.close();
      // The client's retries of a query under way raise an error out of nowhere once its connection is closed.
      await watch.idle();
    },
  };
}

function json(status: number, content: unknown): HttpReply {
  return {
    status,
    contentType: 'application/json; charset=utf-8',
    body: `${JSON.stringify(content, null, 2)}\n`,
  };
}

function version(): string {
  const file = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
