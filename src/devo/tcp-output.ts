import type { TcpOutputConfig } from '../config/model.js';
import { ACCEPTED, connectTransport } from './connection.js';
import type { Output } from './output.js';
import { createSocketOutput } from './socket-output.js';

/** A relay inside the network or any syslog server: frames over plain TCP. */
export function createTcpOutput(config: TcpOutputConfig, closeTimeoutMs: number): Output {
  const { name, type, sending, confirmWaitMs, address, port } = config;
  return createSocketOutput({
    name,
    type,
    sending,
    compression: false,
    confirmWaitMs,
    closeTimeoutMs,
    async connect(signal) {
      const transport = await connectTransport(address, port, signal);
      const peer = `${address}:${port}`;
      return { peer, stream: transport, transport, secure: false, acceptance: ACCEPTED };
    },
  });
}
