import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeJson, parseReply } from '../../src/cortex/json.js';
import { createOutput } from '../../src/devo/create-output.js';
import { frame, frameTime } from '../../src/devo/frame.js';
import type { Output } from '../../src/devo/output.js';
import { openSegmentStore } from '../../src/segments/segment-store.js';
import type { SegmentSource } from '../../src/segments/segment-store.js';
import { createAuthority, writeCertificates } from '../unit/devo/certificates.js';
import type { Authority, CertificateFiles } from '../unit/devo/certificates.js';
import { codeOfRejection, unwatched } from '../unit/devo/segments.js';
import { tlsConfig } from '../unit/devo/tls-config.js';
import { startRsyslog, whyNoRsyslog } from './rsyslog-server.js';
import type { Rsyslog } from './rsyslog-server.js';

const HOST = 'cortex_xdr';
const TAG = 'edr.cortex_xdr.alerts_multi_event';

const missing = whyNoRsyslog();
if (missing !== undefined) {
  process.stdout.write(
    `SKIPPED delivery to rsyslogd: ${missing}; Debian: apt-get install rsyslog rsyslog-gnutls\n`,
  );
}

/** Texts as the API sends them; each has to arrive as exactly these bytes. */
const SPECIAL = [
  '{"alert_id":"1","note":"a\\nb\\r\\n\\tc\\u0000d\\u001b[0m"}',
  '{"alert_id":9007199254740993,"big":123456789012345678901234567890,"ratio":-0.25}',
  '{"alert_id":"Größe 漢字 😀 \u2028 \u00a0","name":"e\u0301"}',
  '{"alert_id":"4","nested":{"none":null,"list":[[],{},""," "]},"path":"C:\\\\x\\\\\\"y\\""}',
  '{"alert_id":"5","looks":"<14>2026-01-01T00:00:00Z host tag: {\\"no\\":1}"}',
  `{"alert_id":"6","trailing":"   ","percent":"%msg% %s #012"}`,
];

const event = (text: string) => encodeJson(parseReply(text).value, parseReply(text).lossless);

let authority: Authority;
let files: CertificateFiles;
let rsyslog: Rsyslog;
let stateDir: string;

beforeAll(async () => {
  authority = await createAuthority();
});

describe.skipIf(missing !== undefined)('an rsyslogd that asks for a client certificate', () => {
  beforeEach(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'state-'));
    files = await writeCertificates(authority.cert, await authority.issue({ name: 'client' }));
    rsyslog = await startRsyslog(authority);
  });
  afterEach(async () => {
    await rsyslog.stop();
    await files.remove();
    rmSync(stateDir, { recursive: true, force: true });
  });

  // On a busy machine rsyslogd may be slow to close; that it does is what counts here.
  const output = (): Output =>
    createOutput(
      { ...tlsConfig(files, rsyslog.port), name: 'relay_1', type: 'relay' },
      { closeTimeoutMs: 60_000 },
    );

  /** A segment on the disk, as a fetch makes it. */
  async function segmentWith(events: readonly string[]): Promise<SegmentSource> {
    const store = await openSegmentStore({ stateDir, taskQueuePrefix: 'p' });
    const writer = await store.create('collect/x/1/alerts', 'segment');
    const timeText = frameTime(Date.now());
    for (const json of events) {
      await writer.append(frame({ timeText, host: HOST, tag: TAG, json }), 1);
    }
    const ref = await writer.commit();
    if (ref === null) throw new Error('the segment is empty');
    return await store.open(ref);
  }

  /** Sends the texts and compares what was written, line by line. */
  async function arrivesAsOwed(texts: readonly string[]): Promise<string> {
    const receipt = await output().deliver(await segmentWith(texts.map(event)), unwatched());
    const owed = texts.map((text) => `${HOST} ${TAG}: ${text}`);
    const lines = await vi.waitFor(
      () => {
        const found = rsyslog.written().split('\n').slice(0, -1);
        if (found.length < owed.length) throw new Error(`${found.length} of ${owed.length} lines`);
        return found;
      },
      { timeout: 60_000, interval: 100 },
    );
    const different = owed.flatMap((line, index) => (line === lines[index] ? [] : [index]));
    expect({ different, lines: lines.length }).toEqual({ different: [], lines: owed.length });
    return receipt.confirmation;
  }

  it('writes every JSON byte for byte: control characters, unicode, exact integers', async () => {
    const confirmation = await arrivesAsOwed(SPECIAL);
    process.stdout.write(`rsyslogd confirmed by ${confirmation}\n`);
    expect(['close_notify', 'fin']).toContain(confirmation);
  });

  it('writes events of up to 7 MB, and those behind them', async () => {
    const large = [10_000, 200_000, 1_000_000, 7_000_000].map((size, index) =>
      JSON.stringify({ alert_id: String(index), data: '漢x'.repeat(size / 4) }),
    );
    await arrivesAsOwed(large.flatMap((text, index) => [text, SPECIAL[index] ?? '{}']));
  });

  it('writes 20,000 events in their order, each once', async () => {
    const texts = Array.from({ length: 20_000 }, (_, id) =>
      JSON.stringify({ alert_id: String(id), note: `event ${id} `.repeat(1 + (id % 40)) }),
    );
    await arrivesAsOwed(texts);
  });

  it('takes nothing from a collector whose certificate it does not know, and is not taken to have', async () => {
    const stranger = await createAuthority('stranger');
    await files.replace(authority.cert, await stranger.issue({ name: 'client' }));
    const code = await codeOfRejection(output().deliver(await segmentWith(['{}']), unwatched()));
    // It looks at the certificate after the handshake: on a busy machine when sending has begun.
    expect(['DEVO_TLS_CLIENT_REFUSED', 'DEVO_SEND_REFUSED', 'DEVO_SEND_RESET']).toContain(code);
    expect(rsyslog.written()).toBe('');
  });
});
