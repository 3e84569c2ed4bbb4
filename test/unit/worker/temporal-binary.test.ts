import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findTemporalBinary,
  PINNED_TEMPORAL_VERSION,
} from '../../../src/worker/temporal/temporal-binary.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'temporal-binary-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function place(path: string, mode = 0o755): string {
  const whole = join(root, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, '', { mode });
  return whole;
}

const CACHED = `.cache/temporal/${PINNED_TEMPORAL_VERSION}/temporal`;

describe('findTemporalBinary', () => {
  it('takes TEMPORAL_CLI before everything else', () => {
    const named = place('named/my-temporal');
    const path = dirname(place('bin/temporal'));
    expect(findTemporalBinary({ TEMPORAL_CLI: named, PATH: path }, root)).toBe(named);
  });

  it('takes the pinned one before one on PATH, whatever its version', () => {
    const cached = place(CACHED);
    expect(findTemporalBinary({ PATH: dirname(place('bin/temporal')) }, root)).toBe(cached);
  });

  it('takes the first executable on PATH where the pinned one is not there', () => {
    const plainFile = dirname(place('first/temporal', 0o644));
    const folder = dirname(dirname(place('second/temporal/file')));
    const binary = place('third/temporal');
    const path = ['', plainFile, folder, dirname(binary)].join(':');
    expect(findTemporalBinary({ PATH: path }, root)).toBe(binary);
  });

  it('needs no PATH for the pinned one', () => {
    const cached = place(CACHED);
    expect(findTemporalBinary({ PATH: root }, root)).toBe(cached);
    expect(findTemporalBinary({ TEMPORAL_CLI: '' }, root)).toBe(cached);
  });

  it('refuses a TEMPORAL_CLI that cannot be run instead of quietly taking another', () => {
    place(CACHED);
    const named = join(root, 'nowhere');
    expect(() => findTemporalBinary({ TEMPORAL_CLI: named }, root)).toThrow(
      expect.objectContaining({
        code: 'TEMPORAL_BINARY_MISSING',
        message: expect.stringContaining(named) as string,
      }),
    );
  });

  it('names the ways to get one when there is none', () => {
    expect(() => findTemporalBinary({ PATH: '' }, root)).toThrow(/brew.*https:.*TEMPORAL_ADDRESS/);
  });
});
