import axios from 'axios';
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { Random } from '../random.js';
import { clock } from '../time/clock.js';
import { refusal } from './tenant.js';
import type { Answer, Tenant } from './tenant.js';

/** Trouble between the product and the tenant; rates are shares of the requests. */
export interface ApiTrouble {
  down: boolean;
  /** Answered with 401, as with a key that was revoked. */
  unauthorized: boolean;
  reset: number;
  serverError: number;
  tooMany: number;
  truncated: number;
  errorIn200: number;
  /** Longest time of a request on its way, one way, ms. */
  latencyMs: number;
}

export const NO_TROUBLE: ApiTrouble = {
  down: false,
  unauthorized: false,
  reset: 0,
  serverError: 0,
  tooMany: 0,
  truncated: 0,
  errorIn200: 0,
  latencyMs: 150,
};

export interface Api {
  readonly trouble: ApiTrouble;
  readonly requests: number;
}

/** Lets every request of the product be answered by the tenant; replies overtake each other. */
export function connectApi(tenant: Tenant, random: Random): Api {
  const api = { trouble: { ...NO_TROUBLE }, requests: 0 };

  async function respond(config: InternalAxiosRequestConfig): Promise<AxiosResponse<Buffer>> {
    const { trouble } = api;
    api.requests += 1;
    await clock.wait(1 + random.below(trouble.latencyMs));
    if (trouble.down) throw networkError('ECONNREFUSED');
    if (random.chance(trouble.reset)) throw networkError('ECONNRESET');
    const answer = answerFor(config);
    await clock.wait(1 + random.below(trouble.latencyMs));
    if (config.signal?.aborted === true) throw networkError('ERR_CANCELED');
    const date = new Date(clock.nowMs + tenant.behaviour.skewMs).toUTCString();
    return {
      status: answer.status,
      statusText: '',
      headers: { date },
      config,
      data: Buffer.from(answer.body),
    };
  }

  function answerFor(config: InternalAxiosRequestConfig): Answer {
    const { trouble } = api;
    if (trouble.unauthorized) return refusal(401, 'Unauthorized');
    if (random.chance(trouble.serverError)) return refusal(500, 'internal error');
    if (random.chance(trouble.tooMany)) return refusal(429, 'too many requests');
    const path = (config.url ?? '').split('/public_api/')[1]?.replace(/\/$/, '') ?? '';
    const { request_data: request } = JSON.parse(config.data as string) as {
      request_data: Parameters<Tenant['answer']>[1];
    };
    const answer = tenant.answer(path, request);
    if (random.chance(trouble.truncated)) {
      return { status: 200, body: answer.body.slice(0, answer.body.length >> 1) };
    }
    if (random.chance(trouble.errorIn200))
      return { ...refusal(500, 'internal error'), status: 200 };
    return answer;
  }

  axios.defaults.adapter = respond;
  return api;
}

function networkError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
