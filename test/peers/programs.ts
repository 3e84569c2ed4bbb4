import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Identity } from '../unit/devo/certificates.js';
import type { PeerProgram } from './child.js';
import { isInstalled } from './child.js';

export const PROTOCOLS = ['TLS 1.2', 'TLS 1.3', 'plain TCP'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface ProgramOptions {
  readonly protocol: Protocol;
  readonly identity: Identity;
  /** Client certificates of this authority are accepted, and no others. */
  readonly clientChain: string;
  /** Port of what stands behind a front. */
  readonly backendPort: number;
  /** haproxy alone: asks now and then whether what is behind it is there. */
  readonly healthChecks: boolean;
  /** File for what a receiver reads. */
  readonly written: string;
}

/** A program of Debian's, with its defaults as far as they matter here. */
export interface Program {
  readonly name: string;
  readonly isFront: boolean;
  readonly protocols: readonly Protocol[];
  /** Why it cannot be had here; undefined where it can. */
  readonly missing: string | undefined;
  readonly configured: (options: ProgramOptions) => PeerProgram;
}

const TLS_ALONE = ['TLS 1.2', 'TLS 1.3'] as const;
const NGINX_STREAM = '/usr/lib/nginx/modules/ngx_stream_module.so';
/** Where scripts/test.sh unpacks syslog-ng: Debian does not install it beside rsyslog. */
const SYSLOG_NG = join(import.meta.dirname, '../../.cache/syslog-ng/root/usr');

export const PROGRAMS: readonly Program[] = [
  {
    name: 'nginx',
    isFront: true,
    protocols: PROTOCOLS,
    missing: without('nginx') ?? withoutFile(NGINX_STREAM, 'libnginx-mod-stream'),
    configured: nginx,
  },
  {
    name: 'haproxy',
    isFront: true,
    protocols: PROTOCOLS,
    missing: without('haproxy'),
    configured: haproxy,
  },
  {
    name: 'stunnel',
    isFront: true,
    protocols: TLS_ALONE,
    missing: without('stunnel'),
    configured: stunnel,
  },
  {
    name: 'rsyslog',
    isFront: false,
    protocols: PROTOCOLS,
    missing: without('rsyslogd'),
    configured: rsyslog,
  },
  {
    name: 'syslog-ng',
    isFront: false,
    protocols: PROTOCOLS,
    missing: withoutFile(`${SYSLOG_NG}/sbin/syslog-ng`, 'syslog-ng-core'),
    configured: syslogNg,
  },
];

function without(command: string): string | undefined {
  return isInstalled(command) ? undefined : `found no ${command}`;
}

function withoutFile(path: string, debian: string): string | undefined {
  return existsSync(path) ? undefined : `found no ${path} (${debian})`;
}

function pems({ identity, clientChain }: ProgramOptions): Record<string, string> {
  const { cert, key } = identity;
  return {
    'cert.pem': cert,
    'key.pem': key,
    'both.pem': `${cert}\n${key}\n`,
    'ca.pem': clientChain,
  };
}

function nginx(options: ProgramOptions): PeerProgram {
  const { protocol, backendPort } = options;
  return {
    command: 'nginx',
    setup: (folder, port) => {
      const tls = `
    ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    ssl_client_certificate ${folder}/ca.pem;
    ssl_verify_client on;
    ssl_protocols ${protocol === 'TLS 1.2' ? 'TLSv1.2' : 'TLSv1.3'};`;
      const isPlain = protocol === 'plain TCP';
      return {
        args: ['-p', folder, '-c', `${folder}/nginx.conf`, '-e', 'stderr'],
        files: {
          ...pems(options),
          'nginx.conf': `
load_module ${NGINX_STREAM};
daemon off;
master_process off;
user root;
pid ${folder}/pid;
events {}
stream {
  server {
    listen 127.0.0.1:${port}${isPlain ? '' : ' ssl'};${isPlain ? '' : tls}
    proxy_pass 127.0.0.1:${backendPort};
  }
}
`,
        },
      };
    },
  };
}

function haproxy(options: ProgramOptions): PeerProgram {
  const { protocol, backendPort, healthChecks } = options;
  return {
    command: 'haproxy',
    setup: (folder, port) => {
      const version = protocol === 'TLS 1.2' ? 'TLSv1.2' : 'TLSv1.3';
      const tls = ` ssl crt ${folder}/both.pem ca-file ${folder}/ca.pem verify required ssl-min-ver ${version} ssl-max-ver ${version}`;
      return {
        args: ['-db', '-f', `${folder}/haproxy.cfg`],
        files: {
          ...pems(options),
          'haproxy.cfg': `
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend events
  bind 127.0.0.1:${port}${protocol === 'plain TCP' ? '' : tls}
  default_backend receivers
backend receivers
  server one 127.0.0.1:${backendPort}${healthChecks ? ' check inter 200ms' : ''}
`,
        },
      };
    },
  };
}

function stunnel(options: ProgramOptions): PeerProgram {
  const { protocol, backendPort } = options;
  return {
    command: 'stunnel',
    setup: (folder, port) => ({
      args: [`${folder}/stunnel.conf`],
      files: {
        ...pems(options),
        'stunnel.conf': `
foreground = yes
pid =
[events]
accept = 127.0.0.1:${port}
connect = 127.0.0.1:${backendPort}
cert = ${folder}/cert.pem
key = ${folder}/key.pem
CAfile = ${folder}/ca.pem
verifyChain = yes
sslVersion = ${protocol === 'TLS 1.2' ? 'TLSv1.2' : 'TLSv1.3'}
`,
      },
    }),
  };
}

function rsyslog(options: ProgramOptions): PeerProgram {
  const { protocol, written } = options;
  const version = protocol === 'TLS 1.2' ? '1.2' : '1.3';
  return {
    command: 'rsyslogd',
    setup: (folder, port) => {
      const isPlain = protocol === 'plain TCP';
      const tls = `
  defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="${folder}/ca.pem"
  defaultNetstreamDriverCertFile="${folder}/cert.pem" defaultNetstreamDriverKeyFile="${folder}/key.pem"`;
      const driver = `
  streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="x509/certvalid"
  gnutlsPriorityString="NORMAL:-VERS-ALL:+VERS-TLS${version}"`;
      return {
        args: ['-n', '-f', `${folder}/rsyslog.conf`, '-i', `${folder}/pid`],
        files: {
          ...pems(options),
          'rsyslog.conf': `
global(workDirectory="${folder}" net.enableDNS="off"${isPlain ? '' : tls})
module(load="imtcp" maxSessions="2000"${isPlain ? '' : driver})
template(name="line" type="string" string="%syslogtag%%msg%\\n")
input(type="imtcp" address="127.0.0.1" port="${port}")
action(type="omfile" file="${written}" template="line")
`,
        },
      };
    },
  };
}

function syslogNg(options: ProgramOptions): PeerProgram {
  const { protocol, written } = options;
  return {
    command: `${SYSLOG_NG}/sbin/syslog-ng`,
    libraries: `${SYSLOG_NG}/lib/syslog-ng:${SYSLOG_NG}/lib/x86_64-linux-gnu:${SYSLOG_NG}/lib/aarch64-linux-gnu`,
    setup: (folder, port) => {
      const off = protocol === 'TLS 1.2' ? 'no-tlsv13' : 'no-tlsv12';
      const tls = `
      tls(key-file("${folder}/key.pem") cert-file("${folder}/cert.pem") ca-file("${folder}/ca.pem")
        peer-verify(required-trusted) ssl-options(no-sslv2, no-sslv3, no-tlsv1, no-tlsv11, ${off}))`;
      return {
        args: [
          ...['-F', '--stderr', '-f', `${folder}/syslog-ng.conf`, '-R', `${folder}/persist`],
          ...['-p', `${folder}/pid`, '-c', `${folder}/control`],
          `--module-path=${SYSLOG_NG}/lib/syslog-ng/3.38`,
        ],
        files: {
          ...pems(options),
          'syslog-ng.conf': `@version: 3.38
options { use-dns(no); log-fifo-size(1000000); };
source s_in {
  network(ip("127.0.0.1") port(${port}) max-connections(2000) log-msg-size(1048576)
    transport("${protocol === 'plain TCP' ? 'tcp' : 'tls'}")${protocol === 'plain TCP' ? '' : tls});
};
destination d_out { file("${written}" template("$MSGHDR$MSG\\n")); };
log { source(s_in); destination(d_out); flags(flow-control); };
`,
        },
      };
    },
  };
}
