import { expect, it } from 'vitest';
import { createEventFrames } from '../../../src/activities/event-frames.js';

it('counts events and bytes of each tag over all pages of a segment', () => {
  const frames = createEventFrames({ pullingId: 1, host: 'h', environment: undefined });
  const pages = [
    [
      { tag: 'a', payload: { text: 'ä' } },
      { tag: 'b', payload: { text: 'x' } },
    ],
    [{ tag: 'a', payload: { text: 'yy' } }],
  ].map((events) => frames.frame(events, false));
  const bytesOf = (tag: string) =>
    pages
      .flat()
      .filter((line) => line.includes(` ${tag}: `))
      .reduce((sum, line) => sum + line.length, 0);
  expect(frames.byTag).toEqual({
    a: { events: 2, bytes: bytesOf('a') },
    b: { events: 1, bytes: bytesOf('b') },
  });
  expect(bytesOf('a')).toBeGreaterThan(bytesOf('b'));
});
