// A tenant under live load and a receiver that notes how old each alert is when it arrives; told by messages.
import { join } from 'node:path';
import process from 'node:process';
import { createAuthority, writeClientCertificates } from '../dist-simulator/certificates.js';
import { startReceiver } from '../dist-simulator/receiver.js';
import { startTenant } from '../dist-simulator/tenant.js';
import { writeConfig } from '../dist-simulator/write-config.js';

/** @type {{ folder: string, perSecond: number, periodS: number, settleS: number, lookbackS: number }} */
const { folder, perSecond, periodS, settleS, lookbackS } = JSON.parse(process.argv[2] ?? '{}');
/** @type {number[]} */
let agesMs = [];
const authority = await createAuthority();
const receiver = await startReceiver({
  transport: { kind: 'tls', credentials: { chain: authority.cert, ...(await authority.issue()) } },
  onEvent(tag, text) {
    if (tag === 'edr.cortex_xdr.alerts_multi') {
      agesMs.push(Date.now() - JSON.parse(text).local_insert_ts);
    }
  },
});
const tenant = await startTenant({ production: { alerts: perSecond } });
writeClientCertificates(
  join(folder, 'certs'),
  authority.cert,
  await authority.issue({ name: 'bench' }),
);
const configFile = await writeConfig({
  folder,
  inputs: [
    {
      name: 'cortex_xdr',
      url: tenant.url,
      credentials: tenant.credentials,
      services: { alerts: {} },
      everyService: {
        start_time: new Date(Date.now() - 1_000).toISOString(),
        request_period_in_seconds: periodS,
        settle_in_seconds: settleS,
        lookback_in_seconds: lookbackS,
      },
    },
  ],
  outputs: [{ kind: 'tls', name: 'devo_1', port: receiver.port }],
  globals: { temporal: { ui_port: 0 } },
});
process.send?.({ configFile });
process.on('message', () => {
  process.send?.({ agesMs });
  agesMs = [];
});
process.on('disconnect', () => process.exit(0));
