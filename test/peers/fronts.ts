import { existsSync } from 'node:fs';
import type { Identity } from '../unit/devo/certificates.js';
import type { PeerProgram } from './child.js';
import { isInstalled } from './child.js';

export type FrontName = 'nginx' | 'haproxy';

export interface FrontOptions {
  /** Speaks TLS, and asks for a client certificate of this authority; undefined: plain TCP. */
  readonly tls: { readonly identity: Identity; readonly clientChain: string } | undefined;
  /** Port of what stands behind. */
  readonly backendPort: number;
  /** haproxy alone: asks now and then whether the backend is there. */
  readonly healthChecks?: boolean;
}

const NGINX_STREAM = '/usr/lib/nginx/modules/ngx_stream_module.so';

/** Why a front cannot be had here; undefined where it can. */
export function whyNoFront(name: FrontName): string | undefined {
  if (!isInstalled(name, '-v')) return `found no ${name}`;
  if (name === 'nginx' && !existsSync(NGINX_STREAM)) {
    return 'found no stream module of nginx (libnginx-mod-stream)';
  }
  return undefined;
}

/** A front of Debian's with its defaults, as far as they matter here. */
export function front(name: FrontName, options: FrontOptions): PeerProgram {
  return name === 'nginx' ? nginx(options) : haproxy(options);
}

function nginx({ tls, backendPort }: FrontOptions): PeerProgram {
  return {
    command: 'nginx',
    setup: (folder, port) => ({
      args: ['-p', folder, '-c', `${folder}/nginx.conf`, '-e', 'stderr'],
      files: {
        ...pemFiles(tls),
        'nginx.conf': `
load_module ${NGINX_STREAM};
daemon off;
master_process off;
user root;
pid ${folder}/pid;
events {}
stream {
  server {
    listen 127.0.0.1:${port}${tls === undefined ? '' : ' ssl'};
    ${
      tls === undefined
        ? ''
        : `ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    ssl_client_certificate ${folder}/ca.pem;
    ssl_verify_client on;`
    }
    proxy_pass 127.0.0.1:${backendPort};
  }
}
`,
      },
    }),
  };
}

function haproxy({ tls, backendPort, healthChecks = false }: FrontOptions): PeerProgram {
  return {
    command: 'haproxy',
    setup: (folder, port) => {
      const crypt = ` ssl crt ${folder}/both.pem ca-file ${folder}/ca.pem verify required`;
      return {
        args: ['-db', '-f', `${folder}/haproxy.cfg`],
        files: {
          ...pemFiles(tls),
          'haproxy.cfg': `
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend events
  bind 127.0.0.1:${port}${tls === undefined ? '' : crypt}
  default_backend receivers
backend receivers
  server one 127.0.0.1:${backendPort}${healthChecks ? ' check inter 200ms' : ''}
`,
        },
      };
    },
  };
}

function pemFiles(tls: FrontOptions['tls']): Record<string, string> {
  if (tls === undefined) return {};
  const { cert, key } = tls.identity;
  return {
    'cert.pem': cert,
    'key.pem': key,
    'both.pem': `${cert}\n${key}\n`,
    'ca.pem': tls.clientChain,
  };
}
