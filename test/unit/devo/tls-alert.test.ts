import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { createOutput } from '../../../src/devo/create-output.js';
import type { CertificateFiles } from './certificates.js';
import { createAuthority, writeCertificates } from './certificates.js';
import { codeOfRejection, framesOf, segmentOf, unwatched } from './segments.js';
import { tlsConfig } from './tls-config.js';

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!hasOpenssl())('a server that refuses by alert', () => {
  it.each(['-tls1_2', '-tls1_3'])('is told from a broken connection, %s', async (version) => {
    const folder = await mkdtemp(join(tmpdir(), 'openssl-'));
    const path = (name: string) => join(folder, name);
    const authority = await createAuthority();
    let files: CertificateFiles | undefined;
    const server = await authority.issue();
    await writeFile(path('ca'), authority.cert);
    await writeFile(path('cert'), server.cert);
    await writeFile(path('key'), server.key);
    const child = spawn('openssl', [
      ...['s_server', '-accept', '127.0.0.1:0', version, '-Verify', '1', '-verify_return_error'],
      ...['-CAfile', path('ca'), '-cert', path('cert'), '-key', path('key')],
    ]);
    try {
      const port = await acceptPort(child.stdout);
      const stranger = await createAuthority('stranger');
      files = await writeCertificates(authority.cert, await stranger.issue({ name: 'client' }));
      const output = createOutput(tlsConfig(files, port));
      const code = await codeOfRejection(output.deliver(segmentOf(framesOf(200_000)), unwatched()));
      expect(code).toBe('DEVO_TLS_CLIENT_REFUSED');
    } finally {
      await files?.remove();
      child.kill();
      await once(child, 'exit');
      await rm(folder, { recursive: true });
    }
  });
});

/** The port from openssl's line `ACCEPT 127.0.0.1:40123`. */
async function acceptPort(stdout: NodeJS.ReadableStream): Promise<number> {
  for await (const line of createInterface({ input: stdout })) {
    const port = /^ACCEPT .*:(\d+)/.exec(line)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error('openssl ended before it listened');
}
