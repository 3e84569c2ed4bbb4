// Sends segments from the disk to a TLS receiver: as the collector does, or by a bare writer.
import { once } from 'node:events';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { createOutput } from '../dist/devo/create-output.js';
import { segmentFile } from '../dist/segments/segment-paths.js';
import { openSegmentStore } from '../dist/segments/segment-store.js';
import { renderEvent } from '../dist-simulator/render-event.js';

/** @type {{ folder: string, events: number, segments: number }} */
const { folder, events, segments } = JSON.parse(process.argv[2] ?? '{}');
const compress = promisify(gzip);
const certificate = (/** @type {string} */ name) => join(folder, 'certs', name);
const stateDir = join(folder, 'deliver');
const store = await openSegmentStore({ stateDir, taskQueuePrefix: 'bench' });
const refs = await writeSegments();
process.send?.({ bytes: refs.reduce((sum, { bytes }) => sum + bytes, 0) });

/** Segments of events of about 3 KB; each ends as the collector's do, with the pulling id. */
async function writeSegments() {
  const nowMs = Date.now();
  const written = [];
  let index = 0;
  for (let segment = 0; segment < segments; segment++) {
    const writer = await store.create('deliver', String(segment));
    while (index < ((segment + 1) * events) / segments) {
      const view = { seed: 1, id: String(index), index, insertMs: nowMs, detectionMs: nowMs };
      const event = renderEvent({ ...view, eventCount: 1 }, 0).slice(0, -1);
      const text = `${event},"alert_id":"${index}","events_id":1,"@devo_pulling_id":"${nowMs}"}`;
      const head = `<14>${new Date(nowMs).toISOString()} bench edr.cortex_xdr.alerts_multi_event`;
      await writer.append(`${head}: ${text}\n`, 1);
      index += 1;
    }
    const ref = await writer.commit();
    if (ref !== null) written.push(ref);
  }
  return written;
}

/** As the activity does: look for a confirmation, check the file, send it, remember. @param {Request} request */
async function collector({ port, compression, run }) {
  const sending = {
    connectingRetries: 0,
    connectingInitialWaitMs: 100,
    connectingMaxWaitMs: 100,
    sendingRetries: 0,
    sendingInitialWaitMs: 100,
    sendingMaxWaitMs: 100,
    sendingTimeoutMs: 5_000,
  };
  const output = createOutput({
    type: 'devo_platform',
    name: run,
    address: '127.0.0.1',
    port,
    chain: certificate('chain.crt'),
    cert: certificate('domain.crt'),
    key: certificate('domain.key'),
    verifyHostname: true,
    securityLevel: 1,
    confirmWaitMs: 0,
    serverName: '127.0.0.1',
    compression,
    sending,
  });
  const { signal } = new AbortController();
  for (const ref of refs) {
    if (await store.isConfirmed(ref, run)) throw new Error('each run has a name of its own');
    const source = await store.open(ref);
    await output.deliver(source, { signal, tries: signal });
    // A second output that never confirms keeps the files for the next run.
    await store.confirm(ref, run, [run, 'never']);
  }
}

/** In the size of the gzip members of Devo's own senders, at any byte. @param {Buffer} chunk */
function* pieces(chunk) {
  for (let at = 0; at < chunk.length; at += 51_200) yield chunk.subarray(at, at + 51_200);
}

/** One connection, file after file, no checks. @param {Request} request */
async function bare({ port, compression }) {
  const socket = connect({
    host: '127.0.0.1',
    port,
    ca: readFileSync(certificate('chain.crt')),
    cert: readFileSync(certificate('domain.crt')),
    key: readFileSync(certificate('domain.key')),
  });
  const ended = once(socket.resume(), 'end');
  for (const ref of refs) {
    const path = segmentFile(join(stateDir, 'segments'), ref.workflowId, ref.name);
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
      for (const piece of compression ? pieces(chunk) : [chunk]) {
        const bytes = compression ? await compress(piece, { level: 6 }) : piece;
        if (!socket.write(bytes)) await once(socket, 'drain');
      }
    }
  }
  socket.end();
  await ended;
}

/**
 * @typedef {object} Request
 * @property {'collector' | 'bare'} who
 * @property {number} port
 * @property {boolean} compression
 * @property {string} run
 */

process.on('message', (/** @type {Request} */ request) => {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  const work = request.who === 'collector' ? collector(request) : bare(request);
  work.then(
    () => {
      const { user, system } = process.cpuUsage(startedCpu);
      const elapsedMs = performance.now() - startedMs;
      process.send?.({ elapsedMs, cpuMs: (user + system) / 1000 });
    },
    (error) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
