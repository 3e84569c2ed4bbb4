import { test } from 'vitest';
import tls from 'node:tls';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { writeFile, rm } from 'node:fs/promises';
import { createOutput } from '/work/main/src/devo/create-output.js';
import { createAuthority, writeCertificates } from '/work/main/test/unit/devo/certificates.js';
test('bench', async () => {
  const ca = await createAuthority();
  const identity = await ca.issue();
  const files = await writeCertificates(ca.cert, await ca.issue({ name: 'me' }));
  const line = '<14>2026-01-02T03:04:05.678Z h edr.cortex_xdr.alerts: {"a":"' + 'x'.repeat(2940) + '"}\n';
  const path = '/tmp/bench.seg';
  await writeFile(path, line.repeat(100000));
  const bytes = line.length * 100000;
  const w = new Worker(`
    const { workerData, parentPort } = require('worker_threads'); const tls = require('tls');
    const s = tls.createServer({ ...workerData, requestCert: true }, (c) => { c.resume(); c.on('error', () => {}); c.on('end', () => c.end()); });
    s.listen(0, '127.0.0.1', () => parentPort.postMessage(s.address().port));`, { eval: true, workerData: { ...identity, ca: ca.cert } });
  const [port] = await once(w, 'message');
  const sending = { connectingRetries: 0, connectingInitialWaitMs: 1, connectingMaxWaitMs: 1, sendingTimeoutMs: 5000, sendingRetries: 0, sendingInitialWaitMs: 1, sendingMaxWaitMs: 1 };
  const out = createOutput({ name: 'o', type: 'devo_platform', address: '127.0.0.1', port, chain: files.chain, cert: files.cert, key: files.key, verifyHostname: true, serverName: 'localhost', compression: false, sending });
  const source = { ref: { workflowId: 'w', name: 's', hostQueue: 'q', bytes, events: 100000, crc32: 0 }, stream: () => createReadStream(path, { highWaterMark: 256 * 1024 }) };
  const bare = async () => { const t = performance.now(); const s = tls.connect({ host: '127.0.0.1', port, servername: 'localhost', ca: ca.cert, allowHalfOpen: true } as any); s.resume(); await once(s, 'secureConnect'); for await (const c of source.stream()) if (!s.write(c)) await once(s, 'drain'); s.end(); await once(s, 'end'); s.destroy(); return performance.now() - t; };
  for (let i = 0; i < 4; i++) {
    const b = await bare();
    const r = await out.deliver(source, { signal: new AbortController().signal, onProgress: () => undefined });
    console.log('RESULT bare', Math.round(b), 'ours', r.elapsedMs, r.confirmation, 'ratio', (b / r.elapsedMs).toFixed(2), 'rss MB', Math.round(process.memoryUsage().rss / 1e6));
  }
  await w.terminate(); await rm(path);
}, 100000);
