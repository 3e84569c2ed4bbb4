import { once } from 'node:events';
import { executeApply, planApply } from '../worker/apply.js';
import { createLogger, secretsOf } from '../worker/log.js';
import { openTemporal } from '../worker/open-temporal.js';
import type { Io } from './io.js';
import { loadForCommand } from './load-for-command.js';
import { planSummary } from './plan-lines.js';
import { whileCollecting } from './while-collecting.js';

export interface RunWorkerOptions {
  readonly config?: string;
  readonly debug: boolean;
  /** Whether to bring the streams in line with the config, as `apply` does. */
  readonly apply: boolean;
}

/**
 * Runs the worker until SIGINT or SIGTERM, then lets activities finish. Raises `ConfigError`, what connecting
 * to Temporal raises, and what broke a worker.
 */
export async function runWorker(io: Io, options: RunWorkerOptions): Promise<void> {
  const interruption = io.interruption();
  const config = await loadForCommand(io, options);
  const log = createLogger({
    debug: options.debug || config.debug,
    secrets: secretsOf(config, io.env),
  });
  const session = await openTemporal(config, { env: io.env, embedded: 'start', log });
  try {
    await whileCollecting(config, session, log, async () => {
      if (options.apply) {
        const steps = await planApply(config, session);
        await executeApply(session, steps);
        log.info({ plan: planSummary(steps) }, 'Config applied');
      }
      const { address, namespace, uiUrl } = session;
      log.info({ address, namespace, ui: uiUrl }, 'Collector running');
      if (!interruption.aborted) await once(interruption, 'abort');
    });
  } finally {
    await session.close();
  }
  log.info('Collector stopped');
}
