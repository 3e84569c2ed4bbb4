import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAuthority, writeClientCertificates } from '../../src/simulator/certificates.js';
import { startReceiver } from '../../src/simulator/receiver.js';
import type { Receiver } from '../../src/simulator/receiver.js';
import { startTenant } from '../../src/simulator/tenant.js';
import { writeConfig } from '../../src/simulator/write-config.js';
import { startUp } from './collector-process.js';
import { IMPATIENT, incidentsOfToday, statusAt, until } from './collecting.js';

const INCIDENTS = 15_000;

const has = ({ received }: Receiver) => received.arrivals('incidents');

test('one of two outputs is down: the other has everything at once, the first all of it later, each once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'two-outputs-'));
  const authority = await createAuthority();
  const server = { chain: authority.cert, ...(await authority.server()) };
  const down = await startReceiver({
    transport: { kind: 'tls', credentials: server },
    mode: { kind: 'refuse' },
  });
  const up = await startReceiver({ transport: { kind: 'tcp' } });
  const tenant = await startTenant(incidentsOfToday(INCIDENTS));
  writeClientCertificates(join(folder, 'certs'), authority.cert, await authority.client('domain'));
  const configFile = await writeConfig({
    folder,
    inputs: [
      {
        name: 'cortex_xdr',
        id: 'simulated',
        url: tenant.url,
        credentials: tenant.credentials,
        services: { incidents: {} },
        everyService: { request_period_in_seconds: 5, settle_in_seconds: 1 },
      },
    ],
    outputs: [
      { kind: 'tls', name: 'devo_1', port: down.port, keys: IMPATIENT },
      { kind: 'tcp', name: 'syslog_1', port: up.port },
    ],
  });
  const collector = startUp(configFile);
  try {
    await until('all of it at the one', collector, () => has(up).unique === INCIDENTS);
    expect(has(down).received).toBe(0);
    await until('the reason in the status', collector, async () => {
      return (await statusAt(configFile)).outputErrors.devo_1?.code === 'DEVO_CONNECT_REFUSED';
    });
    const { watermarkMs, fetchedToMs, pendingByOutput } = await statusAt(configFile);
    expect(watermarkMs).toBeLessThan(fetchedToMs);
    expect(pendingByOutput.syslog_1).toBe(0);

    await down.setMode({ kind: 'normal' });
    await until('all of it at the other', collector, () => has(down).unique === INCIDENTS);
    await until('nothing pending', collector, async () => {
      return (await statusAt(configFile)).pendingByOutput.devo_1 === 0;
    });
    const once = { received: INCIDENTS, unique: INCIDENTS, duplicated: 0 };
    expect([has(down), has(up)]).toEqual([once, once]);
  } finally {
    await collector.stop();
    await Promise.all([tenant.stop(), down.stop(), up.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
});
