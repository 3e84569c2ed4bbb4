import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { LogEntry, LogLevel } from '@temporalio/worker';
import type { Logger } from 'pino';

/** What the SDK says of itself at INFO (a worker's states, signals received) is news to its developers only. */
const SDK_LEVEL: Partial<Record<LogLevel, 'debug' | 'info' | 'warn' | 'error'>> = {
  INFO: 'debug',
  WARN: 'warn',
  ERROR: 'error',
};

let installed = false;

/** Sends what the SDK logs to the collector's log, and leaves signals to the command; once per process. */
export function installRuntime(log: Logger): void {
  if (installed) return;
  installed = true;
  const logger = new DefaultLogger('INFO', (entry) => {
    forward(log, entry);
  });
  Runtime.install({
    logger,
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
  });
}

function forward(log: Logger, { level, message, meta }: LogEntry): void {
  const fromWorkflow = meta?.sdkComponent === 'workflow';
  const to = fromWorkflow && level === 'INFO' ? 'info' : (SDK_LEVEL[level] ?? 'debug');
  // Activity failures are logged by the activities themselves, with their code.
  if (message === 'Activity failed') return;
  // The worker of a host's own queue delivers segments and nothing else.
  if (message.startsWith('No workflows registered')) return;
  const { workflowId, activityType, error, pull } = meta ?? {};
  const reason = error instanceof Error ? error.message : undefined;
  log[to]({ workflowId, activityType, reason, pull }, message);
}
