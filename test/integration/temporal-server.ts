import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedTemporal } from '../../src/worker/temporal/embedded-temporal.js';
import { freePort } from '../../src/worker/temporal/free-port.js';
import { findTemporalBinary } from '../../src/worker/temporal/temporal-binary.js';

export const PROJECT_ROOT = join(import.meta.dirname, '..', '..');

export interface TestTemporal {
  readonly address: string;
  readonly namespace: string;
  /** Undefined: started without UI. */
  readonly uiUrl: string | undefined;
  readonly stop: () => Promise<void>;
}

/** A real server on free ports, without UI unless asked for, whose data goes when it stops. */
export async function startTemporal({ ui = false } = {}): Promise<TestTemporal> {
  const stateDir = mkdtempSync(join(tmpdir(), 'temporal-server-'));
  const { address, namespace, uiUrl, stop } = await startEmbeddedTemporal({
    binary: findTemporalBinary(process.env, PROJECT_ROOT),
    stateDir,
    uiPort: ui ? ((await freePort(0)) ?? 0) : 0,
    logLevel: 'warn',
  });
  return {
    address,
    namespace,
    uiUrl,
    stop: async () => {
      await stop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
