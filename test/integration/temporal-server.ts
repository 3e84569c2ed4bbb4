import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedTemporal } from '../../src/worker/embedded-temporal.js';
import { findTemporalBinary } from '../../src/worker/temporal-binary.js';

export const PROJECT_ROOT = join(import.meta.dirname, '..', '..');

export interface TestTemporal {
  readonly address: string;
  readonly namespace: string;
  readonly stop: () => Promise<void>;
}

/** A real server on free ports, without UI, whose data goes when it stops. */
export async function startTemporal(): Promise<TestTemporal> {
  const stateDir = mkdtempSync(join(tmpdir(), 'temporal-server-'));
  const { address, namespace, stop } = await startEmbeddedTemporal({
    binary: findTemporalBinary(process.env, PROJECT_ROOT),
    stateDir,
    uiPort: 0,
    logLevel: 'warn',
  });
  return {
    address,
    namespace,
    stop: async () => {
      await stop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
