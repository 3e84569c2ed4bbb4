import { expect, it } from 'vitest';
import { STREAM_NAMES } from '../../src/pull/settings.js';
import { runCli } from './cli-process.js';

it('the demo ends after its time with 0, shows every service at work, and everything arrived exactly once', async () => {
  const { exitCode, stdout, stderr } = await runCli(['demo', '--for', '5s']);
  const lines = stdout.trim().split('\n');
  const last = lines.at(-1);
  expect(last).toMatch(/^produced (\d{4,}), received \1, lost 0, duplicated 0$/);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const [, ...streams] = (lines.at(-2) ?? '').split(' | ').map((part) => part.split(' '));
  expect(streams.map(([name]) => name)).toEqual(STREAM_NAMES);
  // The state stands between the name and the events; there is no error behind them.
  const sentNothing = streams.filter((words) => words.length !== 3 || !(Number(words[2]) > 0));
  expect(sentNothing).toEqual([]);
  process.stdout.write(`${last}\n`);
});
