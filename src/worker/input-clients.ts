import { isDeepStrictEqual } from 'node:util';
import type { InputConfig } from '../config/model.js';
import { createCortexClient } from '../cortex/client.js';
import type { CortexClient } from '../cortex/client.js';
import { createLimiter } from '../cortex/limiter.js';
import type { Limiter } from '../cortex/limiter.js';
import type { ApiWatch } from './observe/api-watch.js';

interface InputClient {
  readonly input: InputConfig;
  readonly limiter: Limiter;
  readonly client: CortexClient;
}

/**
 * One client per input, so that all its streams share one quota; a new one where credentials, proxy or limits
 * changed. What the limiter has learnt stays as long as the limits do.
 */
export function inputClients(watch: ApiWatch['watch']): (input: InputConfig) => CortexClient {
  const clients = new Map<string, InputClient>();
  return (input) => {
    const key = `${input.name}/${input.id}`;
    const known = clients.get(key);
    const { credentials, proxy, requestLimits } = input;
    const sameLimits = isDeepStrictEqual(known?.input.requestLimits, requestLimits);
    if (
      known !== undefined &&
      sameLimits &&
      known.input.proxy === proxy &&
      isDeepStrictEqual(known.input.credentials, credentials)
    ) {
      return known.client;
    }
    const limiter =
      known !== undefined && sameLimits ? known.limiter : createLimiter(requestLimits);
    const onRequest = watch(input.name, limiter);
    const client = createCortexClient({ credentials, limiter, proxy, onRequest });
    clients.set(key, { input, limiter, client });
    return client;
  };
}
