import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { listen } from '../../simulator/net.js';
import { startTenant } from '../../simulator/tenant.js';
import type { TenantOptions } from '../../simulator/tenant-options.js';
import { writeConfig } from '../../simulator/write-config.js';
import { incidentsOfToday, uiPort, until } from './collecting.js';
import { connectTo, startUp } from './collector-process.js';
import { endsOf } from './endings.js';
import { codesInTemporal, untilShown } from './seen-codes.js';

/** Trouble that lasts has to be seen within about a minute of its begin, on a busy machine too. */
const SOON_MS = 75_000;
const ALL = { incidents: {}, alerts: {}, all_alerts: {}, audit_managements: {}, agent_audits: {} };

const ends = endsOf(afterEach);

test('a tenant that answers nothing but 429, and an HTTP output that never answers, are seen everywhere within about a minute', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'soon-shown-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const tenant = async (options: TenantOptions) => {
    const started = await startTenant(options);
    ends.push(() => started.stop());
    return started;
  };
  const busy = await tenant({ faults: { tooMany: 1 } });
  const healthy = await tenant(incidentsOfToday(10));
  let silentAsked = false;
  const silent = createServer(() => {
    silentAsked = true;
  });
  const port = await listen(silent, 0);
  ends.push(
    () => silent.closeAllConnections(),
    () => void silent.close(),
  );
  const configFile = await writeConfig({
    folder,
    inputs: [
      { name: 'busy', url: busy.url, credentials: busy.credentials, services: ALL },
      {
        name: 'healthy',
        url: healthy.url,
        credentials: healthy.credentials,
        services: { incidents: {} },
      },
    ],
    // With Devo's defaults for timeouts and retries.
    outputs: [
      { kind: 'http', name: 'silent', port, domain: 'simulated', token: 'NoRealToken0123456789' },
    ],
    globals: { temporal: { ui_port: uiPort() } },
  });
  const collector = startUp(configFile);
  ends.push(() => collector.stop());
  const temporal = await connectTo(folder);
  ends.push(() => temporal.close());
  const shown = async (code: string, begun: () => boolean) => {
    await until(`the begin of ${code}`, collector, begun);
    const begunMs = performance.now();
    await untilShown(code, temporal.client, [collector], SOON_MS);
    const seconds = Math.round((performance.now() - begunMs) / 1_000);
    process.stdout.write(`${code} everywhere after ${seconds} s\n`);
  };
  await Promise.all([
    shown('CORTEX_RATE_LIMITED', () => busy.stats().requests > 0),
    shown('DEVO_SEND_TIMEOUT', () => silentAsked),
  ]);
  // No stream hides behind another one that has the turn.
  for (const stream of Object.keys(ALL)) {
    const handle = temporal.client.workflow.getHandle(`collect/busy/busy/${stream}`);
    expect(await codesInTemporal(handle)).toContain('CORTEX_RATE_LIMITED');
  }
  expect(busy.stats().requests).toBeLessThan(30);
});
