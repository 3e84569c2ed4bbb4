import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import type { CollectorConfig } from '../../../src/config/model.js';
import { secretsOf } from '../../../src/worker/log.js';
import { keptLog } from './log-lines.js';

const KEY = 'MarkedKey+with"quote/0123456789';
const TOKEN = 'MarkedToken0123456789';

test('knows the keys, tokens and passwords of a config and of Temporal', () => {
  const config = {
    inputs: [
      { credentials: { apiKey: KEY }, proxy: 'http://user:pass%20word%@proxy:3128' },
      { credentials: { apiKey: 'OtherKey' }, proxy: undefined },
    ],
    outputs: [{ type: 'console' }, { type: 'http', token: TOKEN }],
  } as unknown as CollectorConfig;
  const secrets = secretsOf(config, { TEMPORAL_API_KEY: 'KeyOfTemporal' });
  expect(secrets.sort()).toEqual(
    [KEY, 'OtherKey', 'pass%20word%', 'pass word%', TOKEN, 'KeyOfTemporal'].sort(),
  );
});

test.each([
  ['in a message', { msg: `sent ${KEY} to Devo` }],
  ['in any field', { reason: `header was ${KEY}`, deep: { list: [TOKEN] } }],
  ['under a name', { deep: { deeper: { apiKey: 'short' } } }],
  ['in an error', { err: Object.assign(new Error(`refused ${TOKEN}`), { config: { auth: KEY } }) }],
])('writes no key and no token %s', (_where, { msg, ...fields }: Record<string, unknown>) => {
  const { log, text } = keptLog([KEY, TOKEN]);
  log.debug(fields, typeof msg === 'string' ? msg : 'line');
  expect(text()).toContain('****');
  for (const secret of [KEY, JSON.stringify(KEY).slice(1, -1), TOKEN, 'short']) {
    expect(text()).not.toContain(secret);
  }
});

test('writes no private key, whole or cut off', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const { log, text, lines } = keptLog();
  log.warn({ found: pem, after: 'stays' }, `and ${pem.slice(0, 300)}`);
  expect(lines[0]).toMatchObject({ found: '****\n', after: 'stays', msg: 'and ****' });
  expect(text()).not.toContain(pem.split('\n')[2]);
});

test('of an error writes its code and message, no stack and nothing it carries', () => {
  const { log, lines } = keptLog();
  const error = Object.assign(new Error('gone'), { code: 'ECONNRESET', request: { body: 'x' } });
  log.error({ err: error }, 'Failed');
  expect(lines[0]?.err).toEqual({ code: 'ECONNRESET', message: 'gone' });
});
