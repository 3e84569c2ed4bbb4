import { expect, it } from 'vitest';
import { readInOrder } from '../../../src/pull/in-order.js';

/** Pages that end when the test says so. */
function held() {
  const begun: number[] = [];
  const ends = new Map<
    number,
    { resolve: (page: number) => void; reject: (error: Error) => void }
  >();
  return {
    begun,
    read: (index: number) => {
      begun.push(index);
      return new Promise<number>((resolve, reject) => {
        ends.set(index, { resolve, reject });
      });
    },
    resolve: (index: number) => ends.get(index)?.resolve(index),
    reject: (index: number) => ends.get(index)?.reject(new Error(`page ${index}`)),
  };
}

/** Lets everything that is ready run. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

it('begins no further page after one has failed, and raises it when its turn comes', async () => {
  const pages = held();
  const taken: number[] = [];
  const reading = readInOrder(10, 3, pages.read, (page) => Promise.resolve(taken.push(page) > 0));
  const raised = expect(reading).rejects.toThrow('page 1');
  pages.reject(1);
  await turn();
  pages.resolve(0);
  pages.resolve(2);
  await raised;
  expect(pages.begun).toEqual([0, 1, 2]);
  expect(taken).toEqual([0]);
});

it('ends only when the pages under way have ended', async () => {
  const pages = held();
  let ended = false;
  const reading = readInOrder(10, 3, pages.read, () => Promise.resolve(false)).finally(() => {
    ended = true;
  });
  pages.resolve(0);
  await turn();
  expect(ended).toBe(false);
  pages.resolve(1);
  pages.reject(2);
  await reading;
  expect(pages.begun).toEqual([0, 1, 2]);
});
