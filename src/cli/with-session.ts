import type { CollectorConfig } from '../config/model.js';
import { createLogger, secretsOf } from '../worker/log.js';
import { openTemporal } from '../worker/temporal/open-temporal.js';
import type { TemporalSession } from '../worker/temporal/open-temporal.js';
import type { Io } from './io.js';

/**
 * Joins the Temporal that the collector runs on, does the work and closes the connection in any case. Raises
 * `TEMPORAL_UNREACHABLE` and what the work raises.
 */
export async function withSession<Result>(
  io: Io,
  config: CollectorConfig,
  options: { readonly debug?: boolean },
  work: (session: TemporalSession) => Promise<Result>,
): Promise<Result> {
  const log = createLogger({
    debug: options.debug === true || config.debug,
    secrets: secretsOf(config, io.env),
  });
  const session = await openTemporal(config, { env: io.env, log });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
