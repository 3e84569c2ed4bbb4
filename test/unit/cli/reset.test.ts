import { describe, expect, it } from 'vitest';
import { confirmReset, readStartTime, resetRequest } from '../../../src/cli/reset.js';
import { fakeIo } from './fake-io.js';

const FROM = '2026-02-01T00:00:00.000Z';

describe('the question before a reset', () => {
  it.each(['y', 'Y', 'yes'])('goes on after "%s", having said what it means', async (answer) => {
    const io = fakeIo({ terminal: true, answers: [answer] });
    await confirmReset(io, [`alerts of eu anew from ${FROM}`]);
    expect(io.printed.join('\n')).toContain(`alerts of eu anew from ${FROM}`);
    expect(io.printed.join('\n')).toContain('twice');
  });

  it.each(['', 'n', 'yeah', 'no'])('stops after "%s"', async (answer) => {
    const io = fakeIo({ terminal: true, answers: [answer] });
    await expect(confirmReset(io, [`alerts of eu anew from ${FROM}`])).rejects.toMatchObject({
      code: 'RESET_DECLINED',
    });
  });

  it('takes no silence for a yes where nobody can answer', async () => {
    const io = fakeIo();
    await expect(confirmReset(io, [`alerts of eu anew from ${FROM}`])).rejects.toMatchObject({
      code: 'USAGE_YES_NEEDED',
    });
    expect(io.questions).toEqual([]);
  });
});

describe('--start-time', () => {
  const nowMs = Date.parse('2026-03-01T00:00:00Z');

  it.each([
    ['2026-02-01', FROM],
    ['2026-02-01T01:00:00+01:00', FROM],
    [String(Date.parse(FROM)), FROM],
  ])('takes %s', (text, iso) => {
    expect(readStartTime(text, nowMs)).toBe(iso);
  });

  it.each(['yesterday', '2026-13-01', '2026-02-30', '2026-02-29T10:00:00Z', '2027-01-01', ''])(
    'refuses "%s"',
    (text) => {
      expect(() => readStartTime(text, nowMs)).toThrow(
        expect.objectContaining({ code: 'USAGE_START_TIME' }),
      );
    },
  );
});

describe('the request of a reset', () => {
  it('has an id of its own, so that it counts once however often it is sent', () => {
    const request = resetRequest(FROM);
    expect(request).toMatchObject({ startTime: FROM });
    expect(request.requestId).not.toBe(resetRequest(FROM).requestId);
    expect(Object.keys(resetRequest(undefined))).toEqual(['requestId']);
  });
});
