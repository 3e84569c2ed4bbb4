import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { CollectorError } from '../../errors/collector-error.js';
import { messageOf } from '../../errors/message-of.js';

/**
 * How to connect by the standard `TEMPORAL_*` variables and the profile that they name. Throws
 * `CONFIG_TEMPORAL_ENVIRONMENT`.
 */
export function readTemporalEnvironment(env: NodeJS.ProcessEnv): ClientConnectConfig {
  try {
    return loadClientConnectConfig({ overrideEnvVars: definedOnly(env) });
  } catch (error) {
    const said = messageOf(error);
    // What a parser says in further lines quotes the file, which may hold a key.
    const [reason = ''] = said.split('\n', 1);
    throw new CollectorError(
      'CONFIG_TEMPORAL_ENVIRONMENT',
      `TEMPORAL_*: found settings that cannot be used (${reason}), expected those of a Temporal client; correct or unset them`,
      { retry: 'never', cause: error },
    );
  }
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
