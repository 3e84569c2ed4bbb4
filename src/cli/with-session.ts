import type { CollectorConfig } from '../config/model.js';
import type { TemporalSession } from '../worker/open-temporal.js';
import type { Io } from './io.js';
import { loadForCommand } from './load-for-command.js';

/** What a command that talks to the running collector works on. */
export interface JoinedSession {
  readonly config: CollectorConfig;
  readonly session: TemporalSession;
}

/**
 * Loads the config, joins the Temporal that the collector runs on, does the work and closes the connection
 * in any case. Raises `ConfigError`, `TEMPORAL_UNREACHABLE` and what the work raises.
 */
export async function withSession<Result>(
  io: Io,
  options: { readonly config?: string; readonly debug?: boolean },
  work: (joined: JoinedSession) => Promise<Result>,
): Promise<Result> {
  const config = await loadForCommand(io, options);
  const [{ openTemporal }, { createLogger }] = await Promise.all([
    import('../worker/open-temporal.js'),
    import('../worker/log.js'),
  ]);
  const log = createLogger({ debug: options.debug === true || config.debug });
  const session = await openTemporal(config, { env: io.env, embedded: 'join', log });
  try {
    return await work({ config, session });
  } finally {
    await session.close();
  }
}
