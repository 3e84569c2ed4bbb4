import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CortexError } from '../../../src/cortex/errors.js';
import { createLimiter } from '../../../src/cortex/limiter.js';
import { API_KEY, clientOf, firstPage, sendJson, startTenant, tenantSaying } from './tenant.js';
import type { Tenant } from './tenant.js';

async function errorFrom(tenant: Tenant, client = clientOf()): Promise<CortexError> {
  const error = await client.list(firstPage(tenant)).catch((reason: unknown) => reason);
  if (!(error instanceof CortexError))
    throw new Error(`expected a CortexError, found ${inspect(error)}`);
  return error;
}

const refusal = (err_code: number, err_msg: string, err_extra: unknown = null) => ({
  reply: { err_code, err_msg, err_extra },
});

describe('an answer of the API that is no reply', () => {
  it.each([
    [400, refusal(400, 'bad parameters'), 'CORTEX_BAD_REQUEST', 'never'],
    [402, refusal(402, 'no license'), 'CORTEX_NOT_LICENSED', 'never'],
    [403, refusal(403, 'no permission'), 'CORTEX_FORBIDDEN', 'never'],
    [404, refusal(404, 'not found'), 'CORTEX_BAD_REQUEST', 'never'],
    [408, refusal(408, 'request timeout'), 'CORTEX_SERVER_ERROR', 'later'],
    [407, refusal(407, 'log in'), 'CORTEX_NETWORK_ERROR', 'later'],
    [429, refusal(429, 'Too many requests'), 'CORTEX_RATE_LIMITED', 'later'],
    [500, refusal(500, 'An error occurred'), 'CORTEX_SERVER_ERROR', 'later'],
    [500, refusal(500, 'An error occurred', 'Rate limit exceeded'), 'CORTEX_RATE_LIMITED', 'later'],
    [500, refusal(500, 'Error', 'value param is missing'), 'CORTEX_BAD_REQUEST', 'never'],
    [
      500,
      refusal(500, 'Error', [{ loc: ['filters'], msg: 'unknown field' }]),
      'CORTEX_BAD_REQUEST',
      'never',
    ],
    [
      500,
      refusal(500, 'Error', 'Resources exceeded during filter'),
      'CORTEX_SERVER_ERROR',
      'later',
    ],
    [500, refusal(500, 'Error', 'reached max number of retries'), 'CORTEX_SERVER_ERROR', 'later'],
    [503, refusal(503, 'invalid upstream'), 'CORTEX_SERVER_ERROR', 'later'],
    [200, refusal(403, 'no permission'), 'CORTEX_FORBIDDEN', 'never'],
    [200, refusal(500, 'An error occurred'), 'CORTEX_SERVER_ERROR', 'later'],
    [200, { reply: { err_code: '429' } }, 'CORTEX_RATE_LIMITED', 'later'],
    [200, { reply: { err_code: 'E_ODD' } }, 'CORTEX_SERVER_ERROR', 'later'],
    [200, { reply: { incidents: 'many' } }, 'CORTEX_INVALID_REPLY', 'later'],
    [200, { reply: {} }, 'CORTEX_INVALID_REPLY', 'later'],
    [200, { reply: { total_count: 250, incidents: null } }, 'CORTEX_INVALID_REPLY', 'later'],
    [200, { reply: [{ total_count: null, incidents: [] }] }, 'CORTEX_INVALID_REPLY', 'later'],
    [200, { reply: 'fine' }, 'CORTEX_INVALID_REPLY', 'later'],
    [200, { incidents: [] }, 'CORTEX_INVALID_REPLY', 'later'],
  ])('%i %j is %s', async (status, body, code, retry) => {
    expect(await errorFrom(await tenantSaying(body, status))).toMatchObject({ code, retry });
  });

  it('is quoted with the exact numbers it holds', async () => {
    const body =
      '{"reply":{"err_code":400,"err_msg":12345678901234567890,"err_extra":[{"input":12345678901234567891}]}}';
    const tenant = await startTenant((response) => response.writeHead(400).end(body));
    const { message } = await errorFrom(tenant);
    expect(message).toContain('12345678901234567890: [{"input":12345678901234567891}]');
  });

  it.each([
    ['a gateway page', 502, '<html>Bad Gateway</html>', 'CORTEX_SERVER_ERROR'],
    ['an empty refusal', 403, '', 'CORTEX_FORBIDDEN'],
    ['HTML with status 200', 200, '<html>Login</html>', 'CORTEX_NETWORK_ERROR'],
    ['cut JSON', 200, '{"reply":{"incidents":[{"a"', 'CORTEX_INVALID_REPLY'],
    ['a redirect', 302, '', 'CORTEX_NETWORK_ERROR'],
  ])('%s is told by its status', async (_, status, body, code) => {
    const tenant = await startTenant((response) => {
      response.writeHead(status, { Location: '/login' });
      response.end(body);
    });
    expect((await errorFrom(tenant)).code).toBe(code);
    expect(tenant.received).toHaveLength(1);
  });

  it.each<[string, number, Record<string, string>, string, RegExp]>([
    [
      'a redirect with its target',
      302,
      { Location: 'https://sso.example/login?token=s3cret' },
      '',
      /^(?!.*s3cret).*302 to https:\/\/sso\.example\/login, .*sign-on page stands in the way/s,
    ],
    [
      'a page with its title',
      200,
      {},
      '<!DOCTYPE html>\n<html><head><title>\n Sign in </title></head></html>',
      /the page "Sign in", expected JSON; a proxy or a sign-on page stands in the way/,
    ],
    [
      'a page of a gateway with its title',
      502,
      {},
      '<html><head><title>502 Bad Gateway</title></head></html>',
      /the API answered 502 and the page "502 Bad Gateway"/,
    ],
  ])('names %s', async (_, status, headers, body, message) => {
    const tenant = await startTenant((response) => response.writeHead(status, headers).end(body));
    expect((await errorFrom(tenant)).message).toMatch(message);
  });

  it('carries its status, so that callers can fall back on 404', async () => {
    expect((await errorFrom(await tenantSaying(refusal(404, 'x'), 404))).status).toBe(404);
  });

  it.each([{ error: 'bad filter' }, { message: 'bad filter' }, { error: { msg: 'bad filter' } }])(
    'carries the text where the envelope has another form: %j',
    async (body) => {
      expect((await errorFrom(await tenantSaying(body, 400))).message).toContain('bad filter');
    },
  );

  it('carries the text of the API, on one line and cut', async () => {
    const body = refusal(400, `bad\nfilter ${'x'.repeat(2_000)}`);
    const { message } = await errorFrom(await tenantSaying(body, 400));
    expect(message).toContain('the API answered 400 and the text "bad filter xxx');
    expect(message.length).toBeLessThan(600);
  });
});

describe('a connection that breaks', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['before the reply', (response) => response.socket?.resetAndDestroy()],
    [
      'within the body',
      (response) => {
        response.writeHead(200, { 'Content-Length': 1_000 });
        response.write('{"reply":', () => response.socket?.end());
      },
    ],
    [
      'by falling silent',
      (response) => {
        response.writeHead(200, { 'Content-Length': 1_000 });
        response.write('{"reply":');
      },
    ],
  ])('%s is a network error', async (_, answer) => {
    const tenant = await startTenant(answer);
    const error = await errorFrom(tenant, clientOf({ timeoutMs: 300 }));
    expect(error).toMatchObject({ code: 'CORTEX_NETWORK_ERROR', retry: 'later' });
  });

  it('is a network error where nobody listens', async () => {
    const nobody: Tenant = { url: 'http://127.0.0.1:1', received: [] };
    expect(await errorFrom(nobody)).toMatchObject({ code: 'CORTEX_NETWORK_ERROR' });
  });

  it('is a network error where the body drips on without an end', async () => {
    const tenant = await startTenant((response) => {
      response.writeHead(200, { 'Content-Length': 100_000 });
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => {
        clearInterval(drip);
      });
    });
    const error = await errorFrom(tenant, clientOf({ timeoutMs: 500 }));
    expect(error).toMatchObject({ code: 'CORTEX_NETWORK_ERROR', retry: 'later' });
    expect(error.message).toContain('not whole within 500 ms');
  });

  it.each([
    ['as it comes', {}, (body: string) => body],
    ['once it is unpacked', { 'Content-Encoding': 'gzip' }, gzipSync],
  ])('is broken off here where the body grows out of bounds %s', async (_, headers, packed) => {
    const body = JSON.stringify({ reply: { total_count: 1, incidents: ['x'.repeat(100_000)] } });
    const tenant = await startTenant((response) => {
      response.writeHead(200, headers).end(packed(body));
    });
    const error = await errorFrom(tenant, clientOf({ mostBodyBytes: 50_000 }));
    expect(error).toMatchObject({ code: 'CORTEX_INVALID_REPLY', retry: 'later' });
    expect(error.message).toContain('more than 50000 bytes');
  });

  it('is the given reason where the caller broke it off', async () => {
    const cancel = new AbortController();
    const reason = new Error('the pull was cancelled');
    const tenant = await startTenant(() => {
      cancel.abort(reason);
    });
    const asked = clientOf().list(firstPage(tenant), { signal: cancel.signal });
    await expect(asked).rejects.toBe(reason);
  });
});

describe('a 429', () => {
  it('pauses the whole input for as long as the API says, and slows it down', async () => {
    const limiter = createLimiter([{ requests: 1_000, periodMs: 1_000 }]);
    const tenant = await startTenant((response) => {
      response.writeHead(429, { 'Retry-After': '120' });
      response.end();
    });
    const client = clientOf({ limiter });
    expect(await errorFrom(tenant, client)).toMatchObject({ retryAfterMs: 120_000 });
    expect(limiter.share).toBe(0.5);
    const cancel = new AbortController();
    const second = client.list(firstPage(tenant), { signal: cancel.signal });
    expect(limiter.waiting).toBe(1);
    cancel.abort(new Error('seen enough'));
    await expect(second).rejects.toThrow('seen enough');
    expect(tenant.received).toHaveLength(1);
  });
});

it('one refusal is made good by the successes after it: the input is at its full rate again', async () => {
  const limiter = createLimiter([{ requests: 1_000, periodMs: 1_000 }]);
  const tenant = await startTenant((response, nth) => {
    if (nth === 1) response.writeHead(429, { 'Retry-After': '0' }).end();
    else sendJson(response, { reply: { total_count: 0, incidents: [] } });
  });
  const client = clientOf({ limiter });
  await errorFrom(tenant, client);
  expect(limiter.share).toBe(0.5);
  for (let calls = 0; calls < 100; calls++) await client.list(firstPage(tenant));
  expect(limiter.share).toBe(1);
});

describe('the key', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    [
      'an API that quotes it',
      (response) => {
        response.writeHead(400);
        response.end(JSON.stringify(refusal(400, `key ${API_KEY}`, [{ input: API_KEY }])));
      },
    ],
    ['a broken connection', (response) => response.socket?.destroy()],
    ['a reply of no sense', (response) => response.end(API_KEY)],
  ])('stays out of the error after %s', async (_, answer) => {
    const error = await errorFrom(await startTenant(answer));
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(API_KEY);
    expect(JSON.stringify(error)).not.toContain(API_KEY);
  });
});
