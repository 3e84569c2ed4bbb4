import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseFrame, FrameStream } from '../../../simulator/frames.js';
import { Tally } from '../../../simulator/reckoning.js';

const BODY = '{"incident_id":"1","modification_time":2,"@devo_pulling_id":"1760000000000"}';
const TAG = 'edr.cortex_xdr.incidents';

describe('frames', () => {
  it.each(['Jan  1 00:00:00', '2026-01-02 03:04:05.678', '2026-01-02T03:04:05.678Z'])(
    'are taken with the time %s',
    (time) => {
      expect(parseFrame(`<14>${time} col01 ${TAG}: ${BODY}`)).toEqual({ tag: TAG, text: BODY });
    },
  );

  it.each([
    ['another priority', `<13>Jan  1 00:00:00 col01 ${TAG}: ${BODY}`],
    ['no time', `<14>col01 ${TAG}: ${BODY}`],
    ['no host', `<14>Jan  1 00:00:00 ${TAG}: ${BODY}`],
    ['a space within the host', `<14>Jan  1 00:00:00 col 01 ${TAG}: ${BODY}`],
    ['a tag of one level', `<14>Jan  1 00:00:00 col01 edr: ${BODY}`],
    ['a tag of seven levels', `<14>Jan  1 00:00:00 col01 a.b.c.d.e.f.g: ${BODY}`],
    ['a tag with a bad character', `<14>Jan  1 00:00:00 col01 edr.cortex-xdr: ${BODY}`],
    ['no space before the message', `<14>Jan  1 00:00:00 col01 ${TAG}:${BODY}`],
    ['an octet count', `50 <14>Jan  1 00:00:00 col01 ${TAG}: ${BODY}`],
    ['a carriage return at its start', `\r<14>Jan  1 00:00:00 col01 ${TAG}: ${BODY}`],
    ['nothing', ''],
  ])('are refused with %s', (_name, line) => {
    expect(parseFrame(line)).toHaveProperty('fault');
  });
});

async function read(chunks: readonly Buffer[]) {
  const lines: string[] = [];
  const faults: string[] = [];
  let cut = 0;
  const stream = new FrameStream({
    line: (text) => lines.push(text),
    fault: (reason) => faults.push(reason),
    cut: () => cut++,
  });
  for (const chunk of chunks) stream.write(chunk);
  await stream.end();
  return { lines, faults, cut };
}

describe('a stream of frames', () => {
  const text = 'first é\nsecond 日本\nthird\n';
  const bytes = Buffer.from(text);
  const lines = text.trimEnd().split('\n');

  it('is the same whatever the chunks, plain and gzip', async () => {
    const members = Buffer.concat(lines.map((line) => gzipSync(`${line}\n`)));
    for (const whole of [bytes, members]) {
      const single = [...whole].map((byte) => Buffer.from([byte]));
      expect(await read(single)).toEqual({ lines, faults: [], cut: 0 });
      expect(await read([whole])).toEqual({ lines, faults: [], cut: 0 });
    }
  });

  it.each([
    ['bytes that are not UTF-8', Buffer.from([0x61, 0xff, 0x0a]), /UTF-8/],
    ['a damaged gzip member', gzipSync(bytes).fill(0x55, 12, 20), /gzip/],
  ])('is at fault with %s', async (_name, content, reason) => {
    expect(await read([content])).toMatchObject({
      faults: [expect.stringMatching(reason)],
      cut: 0,
    });
  });

  it.each([
    ['a frame', bytes.subarray(0, -1)],
    ['a gzip member', gzipSync(bytes).subarray(0, -6)],
    ['a frame within gzip, after a whole member', gzipSync(bytes.subarray(0, -1))],
  ])('is cut where its sender ends within %s', async (_name, content) => {
    expect(await read([content])).toMatchObject({ faults: [], cut: 1 });
  });
});

describe('the tally', () => {
  it('counts records and their repeats by book', () => {
    const tally = new Tally();
    for (const text of [BODY, BODY]) tally.accept(TAG, text);
    expect(tally.arrivals('incidents')).toEqual({ received: 2, unique: 1, duplicated: 1 });
    expect(tally.arrived('incidents', '1@2')).toBe(2);
    expect(tally.malformed.count).toBe(0);
  });

  it('tells incident alerts and all alerts under one tag apart', () => {
    const tally = new Tally();
    const end = '"@devo_environment":"prod","@devo_pulling_id":"1760000000000"}';
    tally.accept('edr.cortex_xdr.alerts', `{"alert_id":"5","incident_id":"1",${end}`);
    tally.accept('edr.cortex_xdr.alerts', `{"alert_id":"5",${end}`);
    expect(tally.arrived('incident_alerts', '1/5')).toBe(1);
    expect(tally.arrived('all_alerts', '5')).toBe(1);
  });

  it.each([
    ['is a list', '[1]'],
    ['is not JSON', '{"a":1'],
    ['has no pulling id', '{"incident_id":"1","modification_time":2}'],
    ['has a pulling id that is a number', BODY.replace('"1760000000000"', '1760000000000')],
    ['has something after the pulling id', BODY.replace(/\}$/, ',"a":1}')],
    ['has no identity', BODY.replace('incident_id', 'other')],
  ])('refuses an event that %s', (_name, text) => {
    const tally = new Tally();
    tally.accept(TAG, text);
    expect(tally.malformed.count).toBe(1);
    expect(tally.arrivals('incidents').received).toBe(0);
  });

  it('counts events under a tag of no book as strays', () => {
    const tally = new Tally();
    tally.accept('my.app.other', BODY);
    expect(tally.strayTags).toEqual({ 'my.app.other': 1 });
  });

  it('counts hundreds of thousands of events exactly', () => {
    const tally = new Tally();
    const count = 200_000;
    for (let id = 0; id < count; id++) {
      tally.accept(
        'edr.cortex_xdr.audit_managements',
        `{"AUDIT_ID":${id % (count / 2)},"@devo_pulling_id":"1760000000000"}`,
      );
    }
    expect(tally.arrivals('audit_managements')).toEqual({
      received: count,
      unique: count / 2,
      duplicated: count / 2,
    });
    expect(tally.arrived('audit_managements', String(count / 2))).toBe(0);
  });
});
