import type { TlsOutputConfig } from '../../../src/config/model.js';
import type { CertificateFiles } from './certificates.js';
import { SENDING } from './segments.js';

/** The config of an output that sends over TLS to a port of this host, with these certificates. */
export function tlsConfig({ chain, cert, key }: CertificateFiles, port: number): TlsOutputConfig {
  return {
    name: 'devo_1',
    type: 'devo_platform',
    address: '127.0.0.1',
    port,
    chain,
    cert,
    key,
    verifyHostname: true,
    serverName: 'localhost',
    securityLevel: 1,
    compression: false,
    confirmWaitMs: 20,
    sending: SENDING,
  };
}
