import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpOutputConfig } from '../../../src/config/model.js';
import { createHttpOutput } from '../../../src/devo/http-output.js';
import { reservePort } from '../../../simulator/net.js';
import { codeOfRejection, framesOf, SENDING, segmentOf, unwatched } from './segments.js';

const TOKEN = 'abcdefghijklmnopqrstuvwxyz012345';

interface Seen {
  readonly method: string | undefined;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

let server: Server | undefined;
let seen: Seen[] = [];

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
  seen = [];
});

/** An endpoint that answers its requests with these statuses in turn, the last one from then on; 0: a reset. */
async function endpoint(...statuses: number[]): Promise<HttpOutputConfig> {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url = '', headers } = request;
      const status = statuses[Math.min(seen.length, statuses.length - 1)] ?? 200;
      seen.push({ method, url, headers, body: Buffer.concat(chunks) });
      if (status === 0) request.socket.resetAndDestroy();
      else response.writeHead(status).end(`echo ${url}`);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return {
    name: 'http_1',
    type: 'http',
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    domain: 'self',
    token: TOKEN,
    compression: false,
    chain: undefined,
    sending: SENDING,
  };
}

/** An endpoint that takes each request and then answers as told. */
async function answering(answer: (response: ServerResponse) => void): Promise<HttpOutputConfig> {
  const config = await endpoint(200);
  server?.removeAllListeners('request').on('request', (request, response) => {
    request.resume().on('end', () => {
      seen.push({ method: request.method, url: '', headers: {}, body: Buffer.alloc(0) });
      answer(response);
    });
  });
  return config;
}

const messages = (text: string) => text.replaceAll(/^<14>\S+ \S+ \S+: /gm, '');

describe('http output', () => {
  it('posts the events of each tag to that tag’s stream', async () => {
    const alerts = framesOf(2_000);
    const audits = framesOf(1_000, 'edr.cortex_xdr.audit_managements');
    const output = createHttpOutput(await endpoint(200));
    const receipt = await output.deliver(segmentOf(alerts + audits), unwatched());
    expect(receipt.confirmation).toBe('http');
    const start = `/stream/self/token!${TOKEN}/collector`;
    expect(seen.map(({ method, url, body }) => [method, url, body.toString()])).toEqual([
      ['POST', `${start}/edr.cortex_xdr.alerts`, messages(alerts)],
      ['POST', `${start}/edr.cortex_xdr.audit_managements`, messages(audits)],
    ]);
  });

  it('compresses where configured', async () => {
    const text = framesOf(50_000);
    const config = await endpoint(200);
    await createHttpOutput({ ...config, compression: true }).deliver(segmentOf(text), unwatched());
    expect(seen[0]?.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(seen[0]?.body ?? '').toString()).toBe(messages(text));
  });

  it('cuts bodies below the largest size, between events', async () => {
    const text = framesOf(100_000);
    await createHttpOutput(await endpoint(204), 10_000).deliver(segmentOf(text), unwatched());
    expect(seen.length).toBeGreaterThan(5);
    for (const { body } of seen) expect(body.length).toBeLessThanOrEqual(10_000);
    for (const { body } of seen) expect(body.toString()).toMatch(/^\{.*\}\n$/s);
    expect(Buffer.concat(seen.map(({ body }) => body)).toString()).toBe(messages(text));
  });

  it('repeats a failed request alone', async () => {
    const config = await endpoint(200, 503, 0, 200);
    const output = createHttpOutput({ ...config, sending: { ...SENDING, sendingRetries: 2 } }, 40);
    const text = framesOf(300);
    await output.deliver(segmentOf(text), unwatched());
    const events = messages(text).trimEnd().split('\n');
    const [first, second, ...others] = events;
    const sent = seen.map(({ body }) => body.toString().trimEnd());
    expect(sent).toEqual([first, second, second, second, ...others]);
  });

  it.each([
    ['nothing has arrived', [503, 200], 1, 'DEVO_HTTP_STATUS'],
    ['not where a body has', [200, 503, 200], 4, 'delivered'],
  ])('makes no second try where none is wanted and %s', async (_, statuses, requests, outcome) => {
    const tries = AbortSignal.abort();
    const config = await endpoint(...statuses);
    const output = createHttpOutput({ ...config, sending: { ...SENDING, sendingRetries: 2 } }, 40);
    const threeEvents = segmentOf(framesOf(10_000).split('\n').slice(0, 3).join('\n') + '\n');
    const delivering = output.deliver(threeEvents, { ...unwatched(), tries });
    expect(await codeOfRejection(delivering)).toBe(outcome);
    expect(seen).toHaveLength(requests);
  });

  it.each([
    [401, 'DEVO_HTTP_TOKEN', 'never'],
    [403, 'DEVO_HTTP_TOKEN', 'never'],
    [404, 'DEVO_HTTP_STATUS', 'never'],
    [302, 'DEVO_HTTP_STATUS', 'never'],
    [429, 'DEVO_HTTP_STATUS', 'later'],
    [500, 'DEVO_HTTP_STATUS', 'later'],
    [0, 'DEVO_SEND_RESET', 'later'],
  ])('takes a %i for no confirmation, and shows no token', async (status, code, retry) => {
    const output = createHttpOutput(await endpoint(status));
    const error: unknown = await output
      .deliver(segmentOf(framesOf(100)), unwatched())
      .catch((each: unknown) => each);
    expect(error).toMatchObject({ code, retry });
    const whole = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error);
    expect(whole).not.toContain(TOKEN);
    expect((error as Error).cause).toBeUndefined();
  });

  it.each([
    ['has no end', (response: ServerResponse) => response.write('x')],
    [
      'is reset',
      (response: ServerResponse) => response.write('x', () => response.socket?.resetAndDestroy()),
    ],
    ['is cut off', (response: ServerResponse) => response.write('x', () => response.destroy())],
  ])('the status is the receipt, also of a reply whose body %s', async (_, body) => {
    const config = await answering((response) => {
      response.writeHead(200, { 'Content-Length': 1_000 });
      body(response);
    });
    const output = createHttpOutput({ ...config, sending: { ...SENDING, sendingRetries: 2 } });
    const { confirmation } = await output.deliver(segmentOf(framesOf(100)), unwatched());
    expect(confirmation).toBe('http');
    expect(seen).toHaveLength(1);
  });

  it('reads little of a long reply', async () => {
    let written = 0;
    let gone: Promise<unknown> | undefined;
    const config = await answering((response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
      };
      gone = once(response, 'close');
      response.writeHead(200).on('drain', more);
      more();
    });
    await createHttpOutput(config).deliver(segmentOf(framesOf(100)), unwatched());
    await gone;
    expect(written).toBeLessThan(50 * 1024 * 1024);
  });

  it('gives up on an endpoint whose answer drips for ever', async () => {
    const config = await answering((response) => {
      const dripping = setInterval(() => response.writeProcessing(), 10);
      response.once('close', () => clearInterval(dripping));
    });
    const output = createHttpOutput({ ...config, sending: { ...SENDING, sendingTimeoutMs: 20 } });
    expect(await codeOfRejection(output.deliver(segmentOf(framesOf(100)), unwatched()))).toBe(
      'DEVO_SEND_TIMEOUT',
    );
  });

  it('tells where nobody listens, without the token', async () => {
    const config = await endpoint(200);
    await new Promise((resolve) => server?.close(resolve));
    const release = await reservePort(Number(new URL(config.address).port));
    const error: unknown = await createHttpOutput(config)
      .deliver(segmentOf(framesOf(100)), unwatched())
      .catch((each: unknown) => each)
      .finally(release);
    expect(error).toMatchObject({ code: 'DEVO_CONNECT_REFUSED' });
    expect((error as Error).stack).not.toContain(TOKEN);
    expect(String((error as Error).cause)).not.toContain(TOKEN);
  });

  it('refuses a segment with something that is no frame', async () => {
    const output = createHttpOutput(await endpoint(200));
    expect(await codeOfRejection(output.deliver(segmentOf('{"a":1}\n'), unwatched()))).toBe(
      'DEVO_FRAME_INVALID',
    );
  });

  it('checks the token with an empty body under a tag that Devo drops', async () => {
    await createHttpOutput(await endpoint(200)).check(unwatched().signal);
    expect(seen.map(({ url, body }) => [url, body.length])).toEqual([
      [`/stream/self/token!${TOKEN}/-/test.drop.check`, 0],
    ]);
  });
});
