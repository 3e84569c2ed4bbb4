import { expect, it } from 'vitest';
import { runCli } from './cli-process.js';

it('the demo ends after its time with 0, and everything arrived exactly once', async () => {
  const { exitCode, stdout, stderr } = await runCli(['demo', '--for', '5s']);
  const last = stdout.trim().split('\n').at(-1);
  expect(last).toMatch(/^produced (\d{4,}), received \1, lost 0, duplicated 0$/);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  process.stdout.write(`${last}\n`);
});
