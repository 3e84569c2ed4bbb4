import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { checkLine, runChecks } from '../../../src/cli/checks.js';
import type { Check } from '../../../src/cli/checks.js';
import { CollectorError } from '../../../src/errors/collector-error.js';

const GOOD: Check = { name: 'outputs.devo TLS handshake', run: async () => Promise.resolve() };
const BAD: Check = {
  name: 'inputs.x credentials',
  run: () =>
    Promise.reject(new CollectorError('CORTEX_UNAUTHORIZED', 'found: 401', { retry: 'never' })),
};

async function linesOf(checks: Check[], timeoutMs?: number): Promise<string[]> {
  const lines: string[] = [];
  const colors = pc.createColors(false);
  await runChecks(checks, (result) => lines.push(checkLine(result, colors)), timeoutMs);
  return lines;
}

describe('running the checks of validate', () => {
  it('tells in the order of the list what is well and what is not', async () => {
    expect(await linesOf([BAD, GOOD])).toEqual([
      'fail  CORTEX_UNAUTHORIZED inputs.x credentials: found: 401',
      'ok    outputs.devo TLS handshake',
    ]);
  });

  it('goes on when a check breaks in a way nobody foresaw', async () => {
    const broken: Check = { name: 'a', run: () => Promise.reject(new Error('boom')) };
    expect(await linesOf([broken, GOOD])).toEqual([
      'fail  INTERNAL a: boom',
      'ok    outputs.devo TLS handshake',
    ]);
  });

  it('gives up on a check that never answers, and aborts it', async () => {
    let aborted = false;
    const silent: Check = {
      name: 'a',
      run: (signal) => new Promise(() => signal.addEventListener('abort', () => (aborted = true))),
    };
    expect(await linesOf([silent], 50)).toEqual([
      'fail  VALIDATE_TIMEOUT a: found no answer within 0.05 s',
    ]);
    expect(aborted).toBe(true);
  });
});
