import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAuthority, writeClientCertificates } from '../../simulator/certificates.js';
import { startReceiver } from '../../simulator/receiver.js';
import type { Receiver } from '../../simulator/receiver.js';
import { startTenant } from '../../simulator/tenant.js';
import { writeConfig } from '../../simulator/write-config.js';
import { startUp } from './collector-process.js';
import { IMPATIENT, incidentsOfToday, statusAt, uiPort, until } from './collecting.js';

const INCIDENTS = 15_000;
/** An output that was down is tried again after half a minute at most. */
const WAIT_MOST_MS = 180_000;

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
    globals: { temporal: { ui_port: uiPort() } },
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
    await until(
      'all of it at the one',
      collector,
      () => has(up).unique === INCIDENTS,
      WAIT_MOST_MS,
    );
    expect(has(down).received).toBe(0);
    // What the receiver has read is confirmed a moment later.
    await until('its confirmation, and the reason of the other', collector, async () => {
      const { watermarkMs, fetchedToMs, pendingByOutput, outputErrors } =
        await statusAt(configFile);
      const refused = outputErrors.devo_1?.code === 'DEVO_CONNECT_REFUSED';
      return refused && pendingByOutput.syslog_1 === 0 && watermarkMs < fetchedToMs;
    });

    await down.setMode({ kind: 'normal' });
    const all = () => has(down).unique === INCIDENTS;
    await until('all of it at the other', collector, all, WAIT_MOST_MS);
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
