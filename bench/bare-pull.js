// What cannot be done without: pages by axios, `JSON.parse`, one `JSON.stringify` per event, a TLS socket. No
// Temporal, no disk, no checks, numbers beyond 2^53 lose their digits, and a broken connection loses the rest.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { connect } from 'node:tls';
import axios from 'axios';

/** @type {{ folder: string, url: string, apiKey: string, apiKeyId: string, receiverPort: number }} */
const options = JSON.parse(process.argv[2] ?? '{}');
const api = axios.create({
  baseURL: options.url,
  httpAgent: new Agent({ keepAlive: true }),
  responseType: 'text',
  transformResponse: (body) => body,
  headers: { Authorization: options.apiKey, 'x-xdr-auth-id': options.apiKeyId },
});
const read = (/** @type {string} */ name) => readFileSync(join(options.folder, 'certs', name));
const certificates = { ca: read('chain.crt'), cert: read('domain.crt'), key: read('domain.key') };

/**
 * Pulls `pages` pages, `inFlight` at a time, and sends what they hold.
 * @param {{ fromMs: number, toMs: number, rows: number, pageSize: number, inFlight: number }} request
 */
async function pull({ fromMs, toMs, rows, pageSize, inFlight }) {
  const pages = Math.ceil(rows / pageSize);
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  const socket = connect({
    host: '127.0.0.1',
    port: options.receiverPort,
    ...certificates,
    checkServerIdentity: () => undefined,
  });
  const ended = once(socket.resume(), 'end');
  const pullingId = String(Date.now());
  const head = `<14>${new Date().toISOString()} bare`;
  socket.setMaxListeners(0);
  let next = 0;
  let events = 0;

  const send = async (/** @type {string} */ tag, /** @type {object} */ payload) => {
    events += 1;
    const json = JSON.stringify({ ...payload, '@devo_pulling_id': pullingId });
    if (!socket.write(`${head} ${tag}: ${json}\n`)) await once(socket, 'drain');
  };
  const worker = async () => {
    while (next < pages) {
      const offset = next++ * pageSize;
      const { data } = await api.post('/public_api/v1/alerts/get_alerts_multi_events/', {
        request_data: {
          filters: [
            { field: 'server_creation_time', operator: 'gte', value: fromMs },
            { field: 'server_creation_time', operator: 'lte', value: toMs },
          ],
          search_from: offset,
          search_to: offset + pageSize,
          sort: { field: 'server_creation_time', keyword: 'asc' },
        },
      });
      for (const { events: found, ...alert } of JSON.parse(data).reply.alerts) {
        await send('edr.cortex_xdr.alerts_multi', { ...alert, events_found: found.length });
        let number = 0;
        for (const event of found) {
          number += 1;
          const more = { alert_id: alert.alert_id, external_id: alert.external_id };
          const numbers = { events_id: number, events_found: found.length };
          await send('edr.cortex_xdr.alerts_multi_event', { ...event, ...more, ...numbers });
        }
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  socket.end();
  await ended;
  const cpu = process.cpuUsage(startedCpu);
  return {
    elapsedMs: performance.now() - startedMs,
    cpuMs: (cpu.user + cpu.system) / 1000,
    events,
  };
}

process.on('message', (request) => void pull(/** @type {never} */ (request)).then(reply, fail));
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });

/** @param {object} result */
function reply(result) {
  process.send?.(result);
}

/** @param {unknown} error */
function fail(error) {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
}
