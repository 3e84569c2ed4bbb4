import { connect } from 'node:tls';
import type { ConnectionOptions } from '@temporalio/client';
import { CollectorError } from '../../errors/collector-error.js';
import { messageOf } from '../../errors/message-of.js';
import { hostAndPort } from './connection-problem.js';

const ANSWER_MS = 5_000;
/** Node's codes of a certificate that it does not accept. */
const REFUSED = /^(UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|CERT_|ERR_TLS_CERT|HOSTNAME_MISMATCH)/;

/** Why the certificate of the server at `address` is not accepted; undefined where that is not the trouble. */
export async function certificateProblem({
  address = '',
  tls,
}: ConnectionOptions): Promise<CollectorError | undefined> {
  if (tls === undefined || tls === null || tls === false) return undefined;
  const { serverNameOverride, serverRootCACertificate } = tls === true ? {} : tls;
  const target = hostAndPort(address);
  if (target === undefined) return undefined;
  const socket = connect({
    ...target,
    servername: serverNameOverride ?? target.host,
    ca: serverRootCACertificate && Buffer.from(serverRootCACertificate),
  });
  try {
    const code = await new Promise<string>((resolve) => {
      socket.setTimeout(ANSWER_MS, () => resolve(''));
      socket.once('secureConnect', () => resolve(''));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    });
    return REFUSED.test(code) ? untrusted(address, code) : undefined;
  } finally {
    socket.destroy();
  }
}

/** What connecting a worker raised, by the words of the SDK's core; undefined where it is not the certificate. */
export function workerCertificateProblem(
  address: string,
  error: unknown,
): CollectorError | undefined {
  const message = messageOf(error);
  if (message.includes('NativeCertsNotFound')) {
    return new CollectorError(
      'TEMPORAL_CA_MISSING',
      `found no certificate authorities on this system, expected those that ${address} is trusted by; install the package ca-certificates, or name a file in TEMPORAL_TLS_SERVER_CA_CERT_PATH`,
      { retry: 'never', cause: error },
    );
  }
  const [, reason] = /InvalidCertificate\((\w+)/.exec(message) ?? [];
  return reason === undefined ? undefined : untrusted(address, reason);
}

function untrusted(address: string, reason: string): CollectorError {
  return new CollectorError(
    'TEMPORAL_TLS_UNTRUSTED',
    `found a certificate at ${address} that is not to be trusted (${reason}), expected one for this name from a known authority; name the authority's file in TEMPORAL_TLS_SERVER_CA_CERT_PATH, and the name in TEMPORAL_TLS_SERVER_NAME where it differs`,
    { retry: 'never' },
  );
}
