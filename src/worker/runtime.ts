import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { LogEntry, LogLevel } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { PullSummary } from '../pull/status.js';
import { freePort } from './temporal/free-port.js';

/** What the SDK says of itself at INFO (a worker's states, signals received) is news to its developers only. */
const SDK_LEVEL: Partial<Record<LogLevel, 'debug' | 'info' | 'warn' | 'error'>> = {
  INFO: 'debug',
  WARN: 'warn',
  ERROR: 'error',
};
/** Another process may take a port between its choice and its use. */
const PORT_TRIES = 5;
/** The SDK's own page answers in milliseconds. */
const SDK_METRICS_MS = 2_000;

/** Hears that a pull cycle of a workflow ended with the data up to date. */
export type PullEndListener = (workflowId: string, pull: PullSummary) => void;

interface Hearing {
  readonly log: Logger;
  readonly onPullEnded: PullEndListener;
}

/** Who hears the SDK now: it is installed once per process, and a process may have one collector after the other. */
let hearing: Hearing | undefined;
let metricsUrl: string | undefined;

/**
 * Sends what the SDK logs to the collector's log and the ends of pulls to `onPullEnded`, lets it show its
 * metrics on a loopback port of its own, and leaves signals to the command.
 */
export async function installRuntime(log: Logger, onPullEnded: PullEndListener): Promise<void> {
  const installed = hearing !== undefined;
  hearing = { log, onPullEnded };
  if (installed) return;
  const logger = new DefaultLogger('INFO', (entry) => {
    if (hearing !== undefined) forward(hearing, entry);
  });
  for (let left = PORT_TRIES; ; left -= 1) {
    const bindAddress = `127.0.0.1:${await freePort(0)}`;
    try {
      Runtime.install({
        logger,
        shutdownSignals: [],
        telemetryOptions: {
          logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
          metrics: {
            prometheus: {
              bindAddress,
              countersTotalSuffix: true,
              unitSuffix: true,
              useSecondsForDurations: true,
            },
          },
        },
      });
      metricsUrl = `http://${bindAddress}/metrics`;
      return;
    } catch (error) {
      if (left <= 1) throw error;
    }
  }
}

/** The SDK's metrics in Prometheus' text form; empty where it gives none. */
export async function sdkMetricsText(): Promise<string> {
  if (metricsUrl === undefined) return '';
  try {
    const reply = await fetch(metricsUrl, { signal: AbortSignal.timeout(SDK_METRICS_MS) });
    return reply.ok ? await reply.text() : '';
  } catch {
    return '';
  }
}

function forward({ log, onPullEnded }: Hearing, { level, message, meta }: LogEntry): void {
  const fromWorkflow = meta?.sdkComponent === 'workflow';
  const { workflowId, activityType, error, pull, code } = meta ?? {};
  if (fromWorkflow && message === 'Data up to date') {
    onPullEnded(String(workflowId), pull as PullSummary);
    return;
  }
  const to = fromWorkflow && level === 'INFO' ? 'info' : (SDK_LEVEL[level] ?? 'debug');
  // Activity failures are logged by the activities themselves, with their code.
  if (message === 'Activity failed') return;
  // The worker of a host's own queue delivers segments and nothing else.
  if (message.startsWith('No workflows registered')) return;
  const reason: unknown = error instanceof Error ? error.message : meta?.reason;
  log[to]({ workflowId, activityType, code, reason }, message);
}
