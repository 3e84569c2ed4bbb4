import type { TlsOutputConfig } from '../config/model.js';
import type { Output } from './output.js';
import { createSocketOutput } from './socket-output.js';
import { tlsConnector } from './tls-connection.js';

/** Devo's platform or a relay in front of it: frames over TLS with a client certificate. */
export function createTlsOutput(config: TlsOutputConfig, closeTimeoutMs: number): Output {
  const { name, type, sending, compression, confirmWaitMs } = config;
  return createSocketOutput({
    name,
    type,
    sending,
    compression,
    confirmWaitMs,
    closeTimeoutMs,
    connect: tlsConnector(config),
  });
}
