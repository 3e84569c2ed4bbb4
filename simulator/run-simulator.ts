import { reckoningLine } from './reckoning.js';
import type { Reckoning } from './reckoning.js';
import { startSimulator } from './simulator.js';
import type { SimulatorOptions } from './simulator.js';

export interface RunSimulatorOptions extends SimulatorOptions {
  readonly print: (line: string) => void;
  /** Ends the run; default: SIGINT or SIGTERM does. */
  readonly until?: AbortSignal;
}

/**
 * Runs tenant and receiver in this process until it is interrupted: prints the addresses first and the
 * reckoning last, and returns it.
 * @throws {Error} `EADDRINUSE` where another process has a port asked for
 */
export async function runSimulator(options: RunSimulatorOptions): Promise<Reckoning> {
  const simulator = await startSimulator(options);
  try {
    options.print(`tenant    ${simulator.tenant.url}`);
    options.print(`control   ${simulator.tenant.url}/simulator/stats`);
    options.print(`receiver  127.0.0.1:${simulator.receiver.port} (mutual TLS)`);
    options.print(`config    ${simulator.configFile}`);
    await (options.until === undefined ? interrupted() : aborted(options.until));
    const reckoning = simulator.reckoning();
    options.print(reckoningLine(reckoning));
    return reckoning;
  } finally {
    await simulator.stop();
  }
}

async function interrupted(): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = (): void => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
