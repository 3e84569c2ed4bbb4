import type { TcpOutputConfig } from '../config/model.js';
import { connectTransport } from './connection.js';
import type { Output } from './output.js';
import { createSocketOutput } from './socket-output.js';

/** A relay inside the network or any syslog server: frames over plain TCP. */
export function createTcpOutput(config: TcpOutputConfig, closeTimeoutMs: number): Output {
  const { name, type, sending, address, port } = config;
  return createSocketOutput({
    name,
    type,
    sending,
    compression: false,
    closeTimeoutMs,
    async connect(signal) {
      const transport = await connectTransport(address, port, signal);
      return { peer: `${address}:${port}`, stream: transport, transport, secure: false };
    },
  });
}
