// The collector's own processes: workers with folders of their own, and commands that end.
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { run, start } from './programs.js';

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');

/** One config file for all, given by the simulator; every worker has its own state folder. */
export function collectors({ folder, configFile, address }) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, TEMPORAL_ADDRESS: address };
  return {
    startWorker(name) {
      const own = join(folder, name);
      for (const part of ['config', 'certs']) {
        cpSync(join(configFile, '../..', part), join(own, part), { recursive: true });
      }
      const config = join(own, 'config', 'config.yaml');
      const log = join(folder, `${name}.log`);
      const program = start(process.execPath, [MAIN, 'worker', '--config', config], { env, log });
      return { ...program, name, segments: () => segmentsIn(join(own, 'state')) };
    },
    /** What a command prints; an Error where its exit code is not 0. */
    async command(...args) {
      const { stdout } = await run(process.execPath, [MAIN, ...args, '--config', configFile], {
        env,
        maxBuffer: 2 ** 26,
      });
      return stdout;
    },
  };
}

/** Finished segments that wait on this worker's disk. */
function segmentsIn(state) {
  if (!existsSync(state)) return [];
  return readdirSync(state, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.seg'),
  );
}
