import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ALL_ERRORS } from '../../../src/errors/all-errors.js';
import { PROOFS, UNPROVEN } from './proofs.js';

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
