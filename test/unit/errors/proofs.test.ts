import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ALL_ERRORS } from '../../../src/errors/all-errors.js';
import { placesOf, PROOFS, SHOWN_IN_PART, UNPROVEN } from './proofs.js';

const TEST = join(import.meta.dirname, '..', '..');
const proofs = Object.values(PROOFS).flatMap((group) => Object.entries<readonly string[]>(group));
const proven = proofs.flatMap(([, codes]) => codes);

it('every code of the catalogue has a test that brings it about, or a reason why none does', () => {
  const codes = ALL_ERRORS.flatMap(({ entries }) => Object.keys(entries));
  expect([...proven, ...Object.keys(UNPROVEN)].sort()).toEqual(codes.sort());
});

it.each(proofs)('%s names its codes', (file, codes) => {
  const text = readFileSync(join(TEST, file), 'utf8');
  expect(codes.filter((code) => !text.includes(code))).toEqual([]);
});

const running = Object.entries<readonly string[]>(PROOFS.running);

it('only running errors are shown in part, each in some places and with a reason', () => {
  const codes = new Set(running.flatMap(([, found]) => found));
  const wrong = Object.entries(SHOWN_IN_PART).filter(
    ([code, { places, because }]) =>
      !codes.has(code) || places.length === 0 || places.length > 2 || because.length < 20,
  );
  expect(wrong).toEqual([]);
});

it.each(
  // The streams of every-trouble.ts are looked at by the other test.
  running.filter(([file]) => file !== 'integration/every-trouble.ts'),
)('%s looks in the places where its codes have to be', (file, codes) => {
  const looks = /untilShown\(|placesOf\(/.test(readFileSync(join(TEST, file), 'utf8'));
  expect(looks || codes.every((code) => placesOf(code).length === 1)).toBe(true);
});
