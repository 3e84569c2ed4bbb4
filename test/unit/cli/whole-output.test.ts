import { PassThrough, Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { exitCodeOnceWhole } from '../../../src/cli/whole-output.js';

/** A pipe whose reader takes each piece when it is told to, or refuses it. */
function slowPipe(): { pipe: Writable; take: (error?: Error) => void; taken: string[] } {
  const taken: string[] = [];
  const waiting: ((error?: Error | null) => void)[] = [];
  const pipe = new Writable({
    write(chunk: Buffer, _encoding, done) {
      waiting.push((error) => {
        if (!error) taken.push(chunk.toString());
        done(error);
      });
    },
  });
  pipe.on('error', () => undefined);
  return { pipe, take: (error) => waiting.shift()?.(error), taken };
}

/** One that takes everything at once. */
const read = new PassThrough().resume();

it('waits until a slow reader has taken everything', async () => {
  const { pipe, take, taken } = slowPipe();
  pipe.write('first');
  pipe.write('second');
  let code: number | undefined;
  const ended = exitCodeOnceWhole(0, pipe, read).then((given) => (code = given));
  take();
  await new Promise(setImmediate);
  expect(code).toBeUndefined();
  take();
  take();
  expect(await ended).toBe(0);
  expect(taken.slice(0, 2)).toEqual(['first', 'second']);
});

it.each([
  { code: 0, expected: 1 },
  { code: 2, expected: 2 },
])('ends with $expected instead of $code where output was lost', async ({ code, expected }) => {
  const { pipe, take } = slowPipe();
  pipe.write('lost');
  const ended = exitCodeOnceWhole(code, pipe, read);
  take(new Error('disk full'));
  expect(await ended).toBe(expected);
});

it('waits for stderr too, whose trouble is not that of the output', async () => {
  const { pipe, take } = slowPipe();
  let code: number | undefined;
  const ended = exitCodeOnceWhole(0, read, pipe).then((given) => (code = given));
  await new Promise(setImmediate);
  expect(code).toBeUndefined();
  take(new Error('disk full'));
  expect(await ended).toBe(0);
});
