import { readFile } from 'node:fs/promises';
import type { Agent as HttpAgent } from 'node:http';
import { Agent } from 'node:https';
import type { Readable } from 'node:stream';
import axios from 'axios';
import type { AxiosInstance } from 'axios';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { HttpOutputConfig } from '../config/model.js';
import { proxyOfEnvironment } from '../config/proxy-of-environment.js';
import { toConnectError } from './connection.js';
import { CollectorError } from '../errors/collector-error.js';
import { startDeadline } from './deadline.js';
import { codeOf, devoError } from './errors.js';
import { httpBodies } from './http-bodies.js';
import type { HttpBody } from './http-bodies.js';
import type { Output } from './output.js';
import { connectingPlan, retrying, sendingPlan } from './retrying.js';
import { toTlsError } from './tls-errors.js';

/** Body of one request before compression; the endpoint takes 32 MB, and all of it is held in memory. */
const BODY_BYTES = 4 * 1024 * 1024;
/** A request may take this many sending timeouts (60 s by Devo's default of 5 s). */
const REQUEST_TIMEOUTS = 12;
/** Of a reply's body so much is read, so that its connection can be used again. */
const REPLY = { bytes: 64 * 1024, ms: 1_000 };
/** Devo throws away what arrives under this tag. */
const CHECK_TAG = 'test.drop.check';

/**
 * Devo's token endpoint in stream mode: one request per tag and body of events; a 2xx confirms. A failed
 * request is repeated by itself, so what was confirmed before it is not sent twice by this call.
 */
export function createHttpOutput(config: HttpOutputConfig, bodyBytes = BODY_BYTES): Output {
  const { name, type, sending } = config;
  const timeoutMs = sending.sendingTimeoutMs * REQUEST_TIMEOUTS;
  let current: { chain: string | undefined; client: AxiosInstance } | undefined;

  /** One client keeps its connections; a replaced chain file makes a new one. */
  async function clientInForce(): Promise<AxiosInstance> {
    const chain = config.chain === undefined ? undefined : await readChain(config.chain);
    if (current === undefined || current.chain !== chain) {
      current = { chain, client: createClient(config, chain) };
    }
    return current.client;
  }

  async function post(client: AxiosInstance, body: HttpBody, signal: AbortSignal): Promise<void> {
    const url = `/stream/${encodeURIComponent(config.domain)}/token!${encodeURIComponent(config.token)}/${encodeURIComponent(body.host)}/${encodeURIComponent(body.tag)}`;
    const { signal: deadline, clear } = startDeadline(timeoutMs, [signal]);
    try {
      const headers = { 'Content-Type': 'text/plain; charset=utf-8', ...body.headers };
      const request = { headers, signal: deadline };
      const { status, data } = await client.post<Readable>(url, body.bytes, request);
      await readLittle(data);
      if (status < 200 || status > 299) throw refused(status, config);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CollectorError) throw error;
      throw deadline.aborted ? tookTooLong(config) : toRequestError(error, config);
    } finally {
      clear();
    }
  }

  return {
    name,
    type,
    async deliver(source, { signal, tries }) {
      const startMs = performance.now();
      const client = await clientInForce();
      // Once a body has arrived, giving up means to send it twice.
      let until = tries;
      for await (const body of httpBodies(source.frames(), bodyBytes, config.compression)) {
        await retrying(sendingPlan(sending), until, () =>
          retrying(connectingPlan(sending), until, () => post(client, body, signal)),
        );
        until = signal;
      }
      const { events, bytes } = source.ref;
      const elapsedMs = Math.round(performance.now() - startMs);
      return { output: name, events, bytes, confirmation: 'http', elapsedMs };
    },
    async check(signal) {
      const client = await clientInForce();
      await post(
        client,
        { host: '-', tag: CHECK_TAG, headers: {}, bytes: Buffer.alloc(0) },
        signal,
      );
    },
  };
}

function createClient(config: HttpOutputConfig, ca: string | undefined): AxiosInstance {
  return axios.create({
    baseURL: config.address,
    httpsAgent: agentFor(config.address, ca),
    // The agent knows the way through a proxy; axios would make a new one for each request.
    proxy: false,
    maxRedirects: 0,
    maxBodyLength: Infinity,
    validateStatus: () => true,
    responseType: 'stream',
    decompress: false,
  });
}

/** Keeps connections, through the proxy that the usual environment variables name for this address, if any. */
export function agentFor(address: string, ca: string | undefined): HttpAgent {
  const trust = { minVersion: 'TLSv1.2', ...(ca && { ca }) } as const;
  const proxy = proxyOfEnvironment(address);
  if (proxy === undefined) return new Agent({ keepAlive: true, ...trust });
  if (!URL.canParse(proxy) || !/^https?:$/.test(new URL(proxy).protocol)) {
    throw devoError(
      'DEVO_CONNECT_FAILED',
      `HTTPS_PROXY names no HTTP proxy on the way to ${address}; expected a URL such as http://proxy.example.com:3128`,
      'later',
    );
  }
  const agent = new HttpsProxyAgent(proxy, { keepAlive: true });
  // Its own options are for the way to the proxy.
  const tunnel = agent.connect.bind(agent);
  agent.connect = async (request, options) => await tunnel(request, { ...options, ...trust });
  return agent;
}

/** The status said all: the connection can be used again after a short body, and is closed at a long or slow one. */
async function readLittle(body: Readable): Promise<void> {
  let bytes = 0;
  const timer = setTimeout(() => body.destroy(), REPLY.ms);
  body.on('error', () => undefined);
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > REPLY.bytes) body.destroy();
  });
  await new Promise((resolve) => body.once('close', resolve));
  clearTimeout(timer);
}

async function readChain(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const missing = codeOf(error) === 'ENOENT';
    throw devoError(
      missing ? 'DEVO_CERT_MISSING' : 'DEVO_CERT_UNREADABLE',
      `could not read ${path}, named by chain (${codeOf(error) ?? 'unknown error'})`,
      'never',
    );
  }
}

/** The error axios raised holds the URL and with it the token: nothing of it but its code goes on. */
function toRequestError(error: unknown, { address }: HttpOutputConfig) {
  const bare = Object.assign(new Error('request failed'), { code: codeOf(error) });
  const tls = toTlsError(bare, address);
  if (tls !== undefined) return tls;
  if (bare.code === 'ECONNRESET' || bare.code === 'EPIPE') {
    return devoError(
      'DEVO_SEND_RESET',
      `the connection to ${address} broke before it answered; the request is sent again`,
      'later',
    );
  }
  return toConnectError(bare, address);
}

function tookTooLong({ address }: HttpOutputConfig) {
  return devoError(
    'DEVO_SEND_TIMEOUT',
    `${address} did not answer in time; the request is sent again`,
    'later',
  );
}

function refused(status: number, { address }: HttpOutputConfig) {
  if (status === 407) {
    return devoError(
      'DEVO_HTTP_STATUS',
      `a proxy on the way to ${address} wants a login (HTTP 407); check user and password in HTTPS_PROXY`,
      'never',
    );
  }
  if (status === 401 || status === 403) {
    return devoError(
      'DEVO_HTTP_TOKEN',
      `${address} refused the token (HTTP ${status}); check token, domain and the token's tables`,
      'never',
    );
  }
  const curable = status >= 500 || status === 408 || status === 429;
  return devoError(
    'DEVO_HTTP_STATUS',
    `${address} answered HTTP ${status} where 2xx was expected`,
    curable ? 'later' : 'never',
  );
}
