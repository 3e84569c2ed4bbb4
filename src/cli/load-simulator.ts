import { cliError } from './errors.js';

/** The simulator, which an installation for production lacks: raises `SIMULATOR_MISSING` there. */
export async function loadSimulator(load = () => import('#simulator')) {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw cliError(
      'SIMULATOR_MISSING',
      'found no simulator in this installation, expected one for `demo` and `simulator`; ' +
        'run them from a checkout of the project: scripts/run.sh',
    );
  }
}
