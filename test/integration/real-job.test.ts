import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STREAM_NAMES } from '../../src/pull/settings.js';
import type { StatusJson } from '../../src/cli/status-json.js';
import type { Reckoning } from '../../simulator/reckoning.js';
import { runCli, untilAnswered } from './cli-process.js';
import { until } from './collecting.js';
import type { CollectorProcess } from './collector-process.js';
import { startUp } from './collector-process.js';
import type { SimulatorProcess } from './simulator-process.js';
import { startSimulatorProcess } from './simulator-process.js';

/**
 * The collector remembers the alerts of 1,000: those of others go out again with a modification. One more comes each
 * second until a test stops that.
 */
const INCIDENTS = 400;
const MODIFIED = 250;

describe('the real job: `simulator` and `up` as processes of their own', () => {
  let folder: string;
  let simulator: SimulatorProcess;
  let collector: CollectorProcess;
  let config: readonly string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'real-job-'));
    simulator = await startSimulatorProcess(folder, ['--incidents', String(INCIDENTS)]);
    config = ['--config', simulator.configFile];
  });
  afterAll(async () => {
    await collector.stop();
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Looks again until the reckoning is as wanted. */
  const reckoningWhere = async (wanted: (reckoning: Reckoning) => boolean): Promise<Reckoning> => {
    let reckoning = await simulator.reckoning();
    const isSo = async () => wanted((reckoning = await simulator.reckoning()));
    await until('a reckoning', collector, isSo);
    return reckoning;
  };
  const streams = async (): Promise<StatusJson['streams']> =>
    ((await untilAnswered(['status', ...config])) as StatusJson).streams;

  // Before the collector starts: it uses the whole quota, and the credentials are tried once.
  it('finds config, credentials and output in order', async () => {
    const { exitCode, stdout } = await runCli(['validate', ...config]);
    expect(stdout.match(/^ok /gm)).toHaveLength(4);
    expect(exitCode).toBe(0);
  });

  it('delivers every version of every incident once, in frames that a strict receiver accepts', async () => {
    collector = startUp(simulator.configFile);
    await reckoningWhere(({ received }) => received >= INCIDENTS);
    await simulator.post('modify', { count: MODIFIED });
    await simulator.post('stop-production', {});
    const { produced, received, ...rest } = await reckoningWhere(({ lost }) => lost === 0);
    expect(produced).toBeGreaterThanOrEqual(INCIDENTS + MODIFIED);
    expect(received).toBe(produced);
    expect(rest).toMatchObject({ duplicated: 0, strangers: 0, malformed: 0, cut: 0 });
  });

  it('tells in `status` what it has done', async () => {
    const { received } = await simulator.reckoning();
    const reported = await streams();
    expect(reported[0]).toMatchObject({ input: 'cortex_xdr', stream: 'incidents', errors: [] });
    const sumOf = (count: 'events' | 'malformed') =>
      reported.reduce((sum, { totals }) => sum + (totals?.[count] ?? 0), 0);
    expect(sumOf('events')).toBe(received);
    expect(sumOf('malformed')).toBe(0);
    const { stdout } = await runCli(['status', ...config]);
    expect(stdout).toMatch(/^input +stream +state +watermark/);
  });

  it('obeys pause, resume and pull-now', async () => {
    expect(await runCli(['pause', 'incidents', ...config])).toMatchObject({
      exitCode: 0,
      stdout: 'ok incidents of cortex_xdr pauses after the window in hand\n',
    });
    await until('the pause', collector, async () => (await streams())[0]?.state === 'paused');
    await simulator.post('modify', { count: 10 });
    expect((await simulator.reckoning()).lost).toBeGreaterThan(0);
    expect((await runCli(['resume', 'incidents', ...config])).exitCode).toBe(0);
    expect((await runCli(['pull-now', 'incidents', ...config])).exitCode).toBe(0);
    expect(await reckoningWhere(({ lost }) => lost === 0)).toMatchObject({ duplicated: 0 });
  });

  it('sends everything from the start time on once more after a reset', async () => {
    const { received } = await simulator.reckoning();
    const startTime = new Date(Date.now() - 24 * 3_600_000).toISOString();
    const reset = ['reset', 'incidents', '--start-time', startTime, '--yes', ...config];
    expect(await runCli(reset)).toMatchObject({
      exitCode: 0,
      stdout: `ok incidents of cortex_xdr starts anew from ${startTime}\n`,
    });
    await reckoningWhere((reckoning) => reckoning.received >= received + INCIDENTS);
  });

  it('keeps the key and the private key to itself', () => {
    const key = /api_key: (\S+)/.exec(readFileSync(simulator.configFile, 'utf8'))?.[1] ?? '';
    expect(key.length).toBeGreaterThan(10);
    expect(collector.output()).toContain('Collector running');
    expect([key, 'PRIVATE KEY'].filter((each) => collector.output().includes(each))).toEqual([]);
  });

  it('ends with 0 when it is told to, and so does the simulator', async () => {
    expect(await collector.stop()).toBe(0);
    const { exitCode, output } = await simulator.stop();
    expect(exitCode).toBe(0);
    expect(output.trim().split('\n').at(-1)).toMatch(/^produced \d+, received \d+, lost 0, /);
  });
});

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
