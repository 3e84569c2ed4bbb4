import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSimulator } from '../../simulator/simulator.js';
import { until } from './collecting.js';
import { startUp } from './collector-process.js';

const HOUR_MS = 3_600_000;
const INCIDENTS = 20_000;
/** A segment being delivered and one fetched ahead, of at most 5,000 incidents each. */
const MOST_IN_FLIGHT = 10_000;
const WAIT_MOST_MS = 150_000;

test('worker and Temporal killed three times in a pull of 20,000 incidents: nothing is lost, and it goes on by itself', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kill-'));
  const nowMs = Date.now();
  const simulator = await startSimulator({
    folder,
    tenant: {
      history: {
        incidents: { count: INCIDENTS, fromMs: nowMs - 20 * HOUR_MS, toMs: nowMs - HOUR_MS },
      },
      behaviour: { requestsPerSecond: 0 },
      faults: { latencyMs: 20 },
    },
    services: { incidents: {} },
    everyService: { request_period_in_seconds: 5, settle_in_seconds: 1 },
    globals: { temporal: { ui_port: 0 } },
  });
  let collector = startUp(simulator.configFile);
  try {
    for (const count of [1_000, 7_000, 13_000]) {
      const isSo = () => simulator.reckoning().received >= count;
      await until(`${count} events`, collector, isSo, WAIT_MOST_MS);
      await collector.kill();
      collector = startUp(simulator.configFile);
    }
    await until('everything', collector, () => simulator.reckoning().lost === 0, WAIT_MOST_MS);
    expect(await collector.stop()).toBe(0);
    const { lost, duplicated, strangers, malformed, produced, cut } = simulator.reckoning();
    expect({ lost, strangers, malformed, produced }).toEqual({
      lost: 0,
      strangers: 0,
      malformed: 0,
      produced: INCIDENTS,
    });
    expect(duplicated).toBeLessThanOrEqual(3 * MOST_IN_FLIGHT);
    // The event that was being written at each kill.
    expect(cut).toBeLessThanOrEqual(3);
    process.stdout.write(`killed three times: lost ${lost}, duplicated ${duplicated}\n`);

    const state = join(folder, 'state');
    // What it wrote last may still lie in the log beside the database.
    const files = readdirSync(state).filter((name) => name.startsWith('temporal.sqlite'));
    const history = Buffer.concat(files.map((name) => readFileSync(join(state, name))));
    // It did not wait for a heartbeat timeout.
    expect(history.includes('WORKER_RESTARTED')).toBe(true);
    const secrets = [simulator.tenant.credentials.apiKey, 'BEGIN PRIVATE KEY', 'incident_sources'];
    expect(secrets.filter((secret) => history.includes(secret))).toEqual([]);
    expect(secrets.filter((secret) => collector.output().includes(secret))).toEqual([]);
  } catch (error) {
    process.stdout.write(collector.output().slice(-4_000));
    throw error;
  } finally {
    await collector.stop();
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
