import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listen } from '../../../simulator/net.js';
import { loadSimulator } from '../../../src/cli/load-simulator.js';
import { runProgram } from '../../../src/cli/program.js';
import { fakeIo } from './fake-io.js';

it('an installation without the simulator says so and where there is one', async () => {
  const missing = './no-simulator-here.js';
  const load = async () => (await import(missing)) as Awaited<ReturnType<typeof loadSimulator>>;
  await expect(loadSimulator(load)).rejects.toMatchObject({
    code: 'SIMULATOR_MISSING',
    message: expect.stringContaining('scripts/run.sh') as string,
  });
});

it('a simulator whose port is taken says so', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'simulator-'));
  const taken = createServer();
  const port = await listen(taken, 0);
  const io = fakeIo();
  expect(await runProgram(['simulator', '--dir', dir, '--tenant-port', `${port}`], io)).toBe(1);
  expect(io.errors.join('\n')).toMatch(new RegExp(`SIMULATOR_PORT_IN_USE.*${port}`));
  taken.close();
  rmSync(dir, { recursive: true });
});
