import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bodyText } from '../../../src/cortex/body.js';

const MOST_BYTES = 1_000_000;
const text = JSON.stringify({ reply: { alerts: ['plain', 'Zürich', '端末', '\ud83d\ude00'] } });

describe('the text of a body', () => {
  it.each([
    ['as it is', Buffer.from(text), undefined],
    ['packed by gzip', gzipSync(text), 'gzip'],
    ['packed by gzip under its old name', gzipSync(text), 'x-GZIP'],
    ['packed by deflate', deflateSync(text), 'deflate'],
    ['said to be identical', Buffer.from(text), 'identity'],
    ['after a byte order mark', Buffer.from(`\ufeff${text}`), undefined],
  ])('is read %s', async (_, body, encoding) => {
    expect(await bodyText(body, encoding, MOST_BYTES)).toBe(text);
  });

  it('may be empty', async () => {
    expect(await bodyText(Buffer.alloc(0), 'gzip', MOST_BYTES)).toBe('');
  });

  it.each([
    ['cut short', gzipSync(text).subarray(0, -20), /unexpected end of file/],
    ['not packed at all', Buffer.from(text), /incorrect header check/],
    ['larger than allowed', gzipSync('x'.repeat(MOST_BYTES + 1)), /larger than 1000000 bytes/],
  ])('is refused where it is %s', async (_, body, message) => {
    await expect(bodyText(body, 'gzip', MOST_BYTES)).rejects.toThrow(message);
  });
});
