import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, describe, expect, test } from 'vitest';
import type { CollectorProcess } from './collector-process.js';
import { connectTo, startUp } from './collector-process.js';
import { logLines, openPlace, segmentFiles, statusAt, until } from './collecting.js';
import type { Place } from './collecting.js';
import { untilShown } from './seen-codes.js';
import { startTemporal } from './temporal-server.js';
import type { TestTemporal } from './temporal-server.js';
import { faultsOf, NO_FAULTS } from './trial.js';

const INCIDENTS = 8_000;

let place: Place;
let collector: CollectorProcess;
let temporal: TestTemporal | undefined;
const mounted: string[] = [];
afterEach(async () => {
  await collector.stop();
  await temporal?.stop();
  for (const folder of mounted.splice(0).reverse()) execFileSync('umount', [folder]);
  temporal = undefined;
  await place.close();
});

test('segments that are deleted or changed while they wait for delivery are fetched again, and reported once', async () => {
  place = await openPlace({ incidents: 2 * INCIDENTS });
  const { simulator } = place;
  const { configFile } = simulator;
  await simulator.receiver.setMode({ kind: 'refuse' });
  collector = startUp(configFile);
  const found = () => segmentFiles(join(place.folder, 'state'));
  await until('segments that wait, and no fetch under way', collector, async () => {
    if (found().length < 2) return false;
    const { state, pendingByOutput } = await statusAt(configFile);
    return state === 'blocked' && pendingByOutput.devo_1 === 2 && found().length === 2;
  });
  // One is fetched ahead of the one that is delivered, and no more of what there is.
  const [first = '', second = ''] = found();
  rmSync(first);
  flipBit(second);
  // Slowly: the error stays in the status until the segment that was fetched again is there.
  await simulator.receiver.setMode({ kind: 'slow', bytesPerSecond: 100_000 });
  const embedded = await connectTo(place.folder);
  const codes = ['SEGMENT_MISSING', 'SEGMENT_DAMAGED'] as const;
  await Promise.all(
    codes.map(async (code) => await untilShown(code, embedded.client, [collector])),
  ).finally(() => embedded.close());
  await simulator.receiver.setMode({ kind: 'normal' });
  await until('everything', collector, () => simulator.reckoning().lost === 0);
  await until('its confirmation', collector, async () => {
    return (await statusAt(configFile)).pendingByOutput.devo_1 === 0;
  });
  expect(faultsOf(simulator.reckoning())).toEqual(NO_FAULTS);
  expect((await statusAt(configFile)).totals.refetched).toBe(2);
  const reports = codes.map((code) =>
    logLines(collector, `"code":"${code}"`, '"msg":"Activity failed"'),
  );
  expect(reports).toEqual([1, 1]);
});

const whyNoMount = mountRefusal();
if (whyNoMount !== undefined) {
  process.stdout.write(`SKIPPED a full disk and a read-only one: ${whyNoMount}\n`);
}

describe.skipIf(whyNoMount !== undefined)('a state folder on a small disk of its own', () => {
  /** A collector whose state lies there; Temporal's own data does not. */
  async function startOnDisk(size: string): Promise<string> {
    place = await openPlace({ incidents: INCIDENTS });
    const stateDir = join(place.folder, 'state');
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', stateDir]);
    mounted.push(stateDir);
    temporal = await startTemporal();
    collector = startUp(place.simulator.configFile, { TEMPORAL_ADDRESS: temporal.address });
    return stateDir;
  }

  const remount = (stateDir: string, options: string) =>
    execFileSync('mount', ['-o', `remount,${options}`, stateDir]);
  const shown = async (code: string) => {
    const connection = await Connection.connect({ address: temporal?.address ?? '' });
    const client = new Client({ connection });
    await untilShown(code, client, [collector]).finally(() => connection.close());
  };

  test('full: fetching waits with a clear error, and nothing is lost when there is room', async () => {
    const stateDir = await startOnDisk('256k');
    await shown('SEGMENT_DISK_FULL');
    expect(place.simulator.reckoning().received).toBe(0);
    expect(segmentFiles(stateDir)).toEqual([]);
    remount(stateDir, 'size=200m');
    await until('everything', collector, () => place.simulator.reckoning().lost === 0, 110_000);
    expect(place.simulator.reckoning()).toMatchObject({ duplicated: 0, strangers: 0 });
  });

  test('read-only: fetching waits with a clear error, and goes on when it is writable', async () => {
    const stateDir = await startOnDisk('200m');
    await until('a first cycle', collector, () => place.simulator.reckoning().lost === 0);
    // A folder in which a file is open for writing cannot become read-only; a confirmation is written after the last event.
    await until('its confirmation', collector, async () => {
      const { configFile } = place.simulator;
      const { state, pendingByOutput } = await statusAt(configFile, temporal?.address);
      return state === 'waiting' && pendingByOutput.devo_1 === 0;
    });
    // The segments alone: the lock of the state folder is open for writing as long as the collector runs.
    const segments = join(stateDir, 'segments');
    execFileSync('mount', ['--bind', segments, segments]);
    mounted.push(segments);
    remount(segments, 'bind,ro');
    place.simulator.tenant.modify(100);
    await shown('SEGMENT_FOLDER_READONLY');
    remount(segments, 'bind,rw');
    await until('everything', collector, () => place.simulator.reckoning().lost === 0, 110_000);
    expect(place.simulator.reckoning()).toMatchObject({ duplicated: 0, strangers: 0 });
  });
});

function flipBit(path: string): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(500) ^ 1, 500);
  writeFileSync(path, bytes);
}

/** Why no file system can be mounted here; undefined where one can. */
function mountRefusal(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux';
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], {
      stdio: 'ignore',
    });
    return undefined;
  } catch {
    return 'mounting is not allowed here';
  }
}
