import type { Logger } from 'pino';
import type { SenderStats } from './sender-stats.js';
import type { WatchedState } from './stream-watch.js';

const MEMORY_EVERY_MS = 5 * 60_000;

export interface ReportOptions {
  readonly log: Logger;
  readonly sent: SenderStats;
  readonly senderStatsPeriodMs: number;
  readonly watched: () => WatchedState;
  readonly nowMs: () => number;
}

/** Logs what the outputs took, and the memory, every few minutes; returns what stops it. */
export function startReports(options: ReportOptions): () => void {
  const timers = [
    setInterval(() => {
      logSenderStatistics(options);
    }, options.senderStatsPeriodMs),
    setInterval(() => {
      logMemory(options);
    }, MEMORY_EVERY_MS),
  ];
  for (const timer of timers) timer.unref();
  return () => {
    timers.forEach(clearInterval);
  };
}

/** One line per output. */
export function logSenderStatistics({ log, sent, nowMs }: ReportOptions): void {
  for (const { elapsedMs, ...report } of sent.take(nowMs())) {
    log.info(
      {
        ...report,
        elapsedSeconds: elapsedMs / 1_000,
        eventsPerSecond: Math.round((10_000 * report.events) / Math.max(1, elapsedMs)) / 10,
      },
      'Sender statistics',
    );
  }
}

function logMemory({ log, watched }: ReportOptions): void {
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  const { backlog } = watched();
  log.info(
    {
      rssMib: mib(rss),
      heapUsedMib: mib(heapUsed),
      heapTotalMib: mib(heapTotal),
      externalMib: mib(external),
      ...(backlog === null
        ? {}
        : { backlogSegments: backlog.segments, backlogMib: mib(backlog.bytes) }),
    },
    'Memory',
  );
}

function mib(bytes: number): number {
  return Math.round((10 * bytes) / (1_024 * 1_024)) / 10;
}
