import type { Reckoning } from '../../simulator/reckoning.js';
import { startCli, untilPrinted } from './cli-process.js';

/** `cortex-devo simulator` as a process of its own, steered over HTTP. */
export interface SimulatorProcess {
  readonly configFile: string;
  reckoning(): Promise<Reckoning>;
  /** `POST /simulator/<call>`, for example `modify` with `{"count": 10}`. */
  post(call: string, body: object): Promise<unknown>;
  /** Asks it to stop; its exit code, and all that it printed. */
  stop(): Promise<{ exitCode: number | null; output: string }>;
}

/** Starts the simulator with its config folder in `folder`, and waits until it can be reached. */
export async function startSimulatorProcess(
  folder: string,
  options: readonly string[],
): Promise<SimulatorProcess> {
  const simulator = startCli(['simulator', '--dir', folder, ...options]);
  const [, configFile = ''] = await untilPrinted(simulator, /^config +(.+)$/m);
  const [, tenant = ''] = await untilPrinted(simulator, /^tenant +(.+)$/m);
  const call = async (path: string, init?: RequestInit): Promise<unknown> => {
    const response = await fetch(`${tenant}/simulator/${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return await response.json();
  };
  return {
    configFile,
    reckoning: async () => (await call('reckoning')) as Reckoning,
    post: async (path, body) => await call(path, { method: 'POST', body: JSON.stringify(body) }),
    async stop() {
      const exitCode = await simulator.end('SIGTERM');
      return { exitCode, output: (await simulator.result()).stdout };
    },
  };
}
