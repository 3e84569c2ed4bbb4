import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { startUp } from './collector-process.js';
import { openPlace, segmentFiles, statusAt, until } from './collecting.js';
import { untilShown } from './seen-codes.js';
import { startTemporal } from './temporal-server.js';

const INCIDENTS = 15_000;
/** A segment being delivered when its host is killed, of at most 5,000 incidents. */
const MOST_DUPLICATES = 5_000;

test('one of two workers is gone for good in mid-delivery, its disk too: the other fetches the windows again', async () => {
  const temporal = await startTemporal();
  const connection = await Connection.connect({ address: temporal.address });
  const place = await openPlace({
    incidents: INCIDENTS,
    temporal: { host_gone_after_in_seconds: 5 },
  });
  const { simulator, folder } = place;
  const second = mkdtempSync(join(tmpdir(), 'second-worker-'));
  for (const name of ['config', 'certs', 'credentials']) {
    cpSync(join(folder, name), join(second, name), { recursive: true });
  }
  mkdirSync(join(second, 'state'));
  const environment = { TEMPORAL_ADDRESS: temporal.address };
  await simulator.receiver.setMode({ kind: 'slow', bytesPerSecond: 500_000 });
  const workers = [folder, second].map((each) => ({
    stateDir: join(each, 'state'),
    collector: startUp(join(each, 'config', 'config.yaml'), environment),
  }));
  const [one, other] = workers;
  if (one === undefined || other === undefined) throw new Error('expected two workers');
  try {
    const hasSegment = () => workers.find(({ stateDir }) => segmentFiles(stateDir).length > 0);
    await until('a delivery under way', one.collector, () => {
      return hasSegment() !== undefined && simulator.receiver.stats().bytes > 0;
    });
    const killed = hasSegment() ?? one;
    const survivor = killed === one ? other : one;
    await killed.collector.killWorker();
    rmSync(killed.stateDir, { recursive: true });
    expect(simulator.reckoning().lost).toBeGreaterThan(0);
    const killedMs = performance.now();
    const client = new Client({ connection });
    await untilShown('HOST_GONE', client, [survivor.collector], 150_000);
    await simulator.receiver.setMode({ kind: 'normal' });
    await until('everything', survivor.collector, () => simulator.reckoning().lost === 0, 150_000);
    const seconds = Math.round((performance.now() - killedMs) / 1000);
    const { duplicated, strangers } = simulator.reckoning();
    process.stdout.write(`a host gone: all there after ${seconds} s, duplicated ${duplicated}\n`);
    expect(strangers).toBe(0);
    expect(duplicated).toBeLessThanOrEqual(MOST_DUPLICATES);
    const status = await statusAt(simulator.configFile, temporal.address);
    expect(status.totals.refetched).toBeGreaterThanOrEqual(1);
  } finally {
    await connection.close();
    await Promise.all(workers.map(({ collector }) => collector.stop()));
    await place.close();
    await temporal.stop();
    rmSync(second, { recursive: true, force: true });
  }
});
