import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBoundedLog } from '../../../src/worker/temporal/bounded-log.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bounded-log-'));
  path = join(folder, 'server.log');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('openBoundedLog', () => {
  it('keeps the newest lines within its size, and one file of older ones', () => {
    const log = openBoundedLog(path, 10);
    for (const line of ['first\n', 'second\n', 'third\n']) log.write(Buffer.from(line));
    log.close();
    expect(readFileSync(path, 'utf8')).toBe('third\n');
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('second\n');
  });

  it('goes on with the file of an earlier start', () => {
    for (const line of ['one\n', 'two\n']) {
      const log = openBoundedLog(path, 100);
      log.write(Buffer.from(line));
      log.close();
    }
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });

  it('loses lines instead of failing when it cannot write', () => {
    const log = openBoundedLog(path, 4);
    log.write(Buffer.from('kept'));
    rmSync(path);
    expect(() => log.write(Buffer.from('lost'))).not.toThrow();
  });
});
