import { once } from 'node:events';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import type { CollectorConfig } from '../config/model.js';
import { executeApply, planApply } from '../worker/apply.js';
import { createLogger, secretsOf } from '../worker/log.js';
import { openTemporal } from '../worker/temporal/open-temporal.js';
import type { TemporalSession } from '../worker/temporal/open-temporal.js';
import { claimStateFolder } from '../worker/state-folder.js';
import { streamsOf } from '../worker/streams.js';
import { watchFolders } from '../worker/watch-folders.js';
import type { Io } from './io.js';
import { loadForCommand } from './load-for-command.js';
import { planSummary } from './plan-lines.js';
import { createReload } from './reload.js';
import { whileCollecting } from './while-collecting.js';

export interface RunWorkerOptions {
  readonly config?: string;
  readonly debug: boolean;
  /** Whether to bring the streams in line with the config, as `apply` does. */
  readonly apply: boolean;
}

/**
 * Runs the worker until SIGINT or SIGTERM, then lets deliveries finish. A changed config file, or SIGHUP, puts
 * the new one in force. Raises `ConfigError`, what connecting to Temporal raises, and what broke a worker.
 */
export async function runWorker(io: Io, options: RunWorkerOptions): Promise<void> {
  const interruption = io.interruption();
  const config = await loadForCommand(io, options);
  const secrets = new Set(secretsOf(config, io.env));
  const log = createLogger({ debug: options.debug || config.debug, secrets });
  const state = await claimStateFolder(config.paths.state, { log });
  const session = await openTemporal(config, { env: io.env, state, log });
  try {
    await whileCollecting(config, session, log, async (collector) => {
      if (options.apply) await applyConfig(config, session, log);
      const reload = createReload(config, {
        log,
        signal: interruption,
        async load() {
          const newer = await loadForCommand(io, options);
          for (const secret of secretsOf(newer, io.env)) secrets.add(secret);
          return newer;
        },
        async apply(newer) {
          const waiting = await collector.reconfigure(newer);
          log.info({ file: newer.paths.configFile }, 'New config in force');
          // Not `key`: a field of that name is hidden, whatever it holds.
          for (const setting of waiting) {
            log.warn({ setting }, 'This setting takes effect with the next start');
          }
          const { temporal } = config;
          if (options.apply) await applyConfig({ ...newer, temporal }, session, log);
        },
      });
      const folders = [dirname(config.paths.configFile), config.paths.credentials];
      const stopWatching = watchFolders(folders, log, () => void reload());
      io.onHangup(() => void reload());
      try {
        const { address, namespace, uiUrl } = session;
        const about = { file: config.paths.configFile, streams: streamsOf(config, false).length };
        log.info({ address, namespace, ui: uiUrl, ...about }, 'Collector running');
        if (!interruption.aborted) await once(interruption, 'abort');
      } finally {
        stopWatching();
      }
    });
  } finally {
    await session.close();
  }
  log.info('Collector stopped');
}

async function applyConfig(
  config: CollectorConfig,
  session: TemporalSession,
  log: Logger,
): Promise<void> {
  const steps = await planApply(config, session);
  await executeApply(session, steps);
  for (const { action, workflowId, details, warning } of steps) {
    if (action === 'keep' || action === 'leave') continue;
    log[warning === true ? 'warn' : 'info']({ action, workflowId, details }, 'Applied');
  }
  log.info({ plan: planSummary(steps) }, 'Config applied');
}
