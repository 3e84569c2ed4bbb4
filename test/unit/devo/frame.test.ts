import { describe, expect, it } from 'vitest';
import { frame, frameTime, parseFrame } from '../../../src/devo/frame.js';

const parts = {
  timeText: frameTime(Date.UTC(2026, 0, 2, 3, 4, 5, 678)),
  host: 'cortex_xdr',
  tag: 'edr.cortex_xdr.alerts',
  json: '{"a":"x: y\\n","b":1}',
};

describe('frame', () => {
  it('is a syslog line with the ISO time of the pull and one line feed, at its end', () => {
    expect(frame(parts)).toBe(
      '<14>2026-01-02T03:04:05.678Z cortex_xdr edr.cortex_xdr.alerts: {"a":"x: y\\n","b":1}\n',
    );
  });

  it('can be taken apart again, whatever its JSON holds', () => {
    expect(parseFrame(frame(parts))).toEqual({
      host: 'cortex_xdr',
      tag: 'edr.cortex_xdr.alerts',
      message: `${parts.json}\n`,
    });
  });

  it.each(['', '{"a":1}', '<14>x', '<14>x y', '<14>x y z'])('knows that %j is no frame', (line) => {
    expect(parseFrame(line)).toBeUndefined();
  });
});
