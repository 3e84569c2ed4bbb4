import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { startReceiver } from '../../../simulator/receiver.js';
import type { Receiver } from '../../../simulator/receiver.js';
import type { ReceiverMode } from '../../../simulator/receiver-options.js';

const PATH = '/stream/dom/token!T0/-/edr.cortex_xdr.audit_managements';
const LINES = [0, 1, 2]
  .map((id) => `{"AUDIT_ID":${id},"@devo_pulling_id":"1760000000000"}\n`)
  .join('');

let receiver: Receiver;
afterEach(async () => {
  await receiver.stop();
});

async function start(mode: ReceiverMode): Promise<void> {
  receiver = await startReceiver({
    transport: { kind: 'http', domain: 'dom', token: 'T0' },
    mode,
  });
}

/** The status that a POST is answered with. */
async function post(
  path: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<number> {
  const url = `http://127.0.0.1:${receiver.port}${path}`;
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

const received = () => receiver.arrivals('audit_managements').received;

describe('a receiver over http', () => {
  it('takes lines, plain and gzip', async () => {
    await start({ kind: 'normal' });
    expect(await post(PATH, LINES)).toBe(200);
    expect(await post(PATH, gzipSync(LINES), { 'Content-Encoding': 'gzip' })).toBe(200);
    expect(received()).toBe(6);
    expect(receiver.received.malformed.count).toBe(0);
  });

  it.each([
    ['a wrong token', PATH.replace('T0', 'T1'), 401],
    ['a wrong domain', PATH.replace('dom', 'other'), 401],
    ['no host', PATH.replace('/-/', '//'), 400],
    ['a tag of one level', '/stream/dom/token!T0/-/edr', 400],
    ['another mode', PATH.replace('stream', 'batch'), 404],
  ])('refuses %s', async (_name, path, status) => {
    await start({ kind: 'normal' });
    expect(await post(path, LINES)).toBe(status);
    expect(received()).toBe(0);
  });

  it('answers the status it is told to and takes nothing', async () => {
    await start({ kind: 'http-status', status: 503 });
    expect(await post(PATH, LINES)).toBe(503);
    expect(received()).toBe(0);
  });
});
