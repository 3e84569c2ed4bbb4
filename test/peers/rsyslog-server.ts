import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Authority } from '../unit/devo/certificates.js';

/** Largest message it takes, bytes. */
export const RSYSLOG_MOST_BYTES = 8 * 1024 * 1024;

/** An rsyslogd that takes TLS connections with a client certificate of one authority. */
export interface Rsyslog {
  readonly port: number;
  /** What it wrote so far: `<host> <tag>: <message>` a line. */
  written(): string;
  stop(): Promise<void>;
}

/** Why there is no rsyslogd with TLS here; undefined where there is one. */
export function whyNoRsyslog(): string | undefined {
  try {
    execFileSync('rsyslogd', ['-v'], { stdio: 'ignore' });
  } catch {
    return 'found no rsyslogd';
  }
  return gtlsFolder() === undefined
    ? 'found no TLS driver of rsyslogd (rsyslog-gnutls)'
    : undefined;
}

export async function startRsyslog(authority: Authority): Promise<Rsyslog> {
  const folder = mkdtempSync(join(tmpdir(), 'rsyslog-'));
  const path = (name: string) => join(folder, name);
  const server = await authority.issue();
  writeFileSync(path('ca.pem'), authority.cert);
  writeFileSync(path('cert.pem'), server.cert);
  writeFileSync(path('key.pem'), server.key);
  writeFileSync(path('rsyslog.conf'), configIn(folder));
  const child = spawn('rsyslogd', ['-n', '-f', path('rsyslog.conf'), '-i', path('pid')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const port = await vi.waitFor(
      () => {
        const found = Number(readFileSync(path('port'), 'utf8'));
        if (!(found > 0)) throw new Error(`rsyslogd has no port yet: ${said}`);
        return found;
      },
      { timeout: 20_000, interval: 50 },
    );
    return {
      port,
      written: () => (existsSync(path('out')) ? readFileSync(path('out'), 'utf8') : ''),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configIn(folder: string): string {
  return `
global(
  workDirectory="${folder}" maxMessageSize="${RSYSLOG_MOST_BYTES}" net.enableDNS="off"
  parser.escapeControlCharactersOnReceive="off"
  defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="${folder}/ca.pem"
  defaultNetstreamDriverCertFile="${folder}/cert.pem" defaultNetstreamDriverKeyFile="${folder}/key.pem"
)
module(
  load="imtcp" maxFrameSize="${RSYSLOG_MOST_BYTES}"
  streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="x509/certvalid"
)
template(name="whole" type="string" string="%HOSTNAME% %syslogtag%%msg%\\n")
input(type="imtcp" address="127.0.0.1" port="0" listenPortFileName="${folder}/port")
action(type="omfile" file="${folder}/out" template="whole")
`;
}

function gtlsFolder(): string | undefined {
  return ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'].find(
    (folder) => existsSync(join(folder, 'rsyslog', 'lmnsd_gtls.so')),
  );
}
