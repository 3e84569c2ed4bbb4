// A TLS receiver that reads and does nothing else, as a process of its own: the fastest peer there can be.
import { join } from 'node:path';
import process from 'node:process';
import { createServer } from 'node:tls';
import { createAuthority, writeClientCertificates } from '../dist-simulator/certificates.js';

/** @type {{ folder: string }} */
const { folder } = JSON.parse(process.argv[2] ?? '{}');
const authority = await createAuthority();
const { cert, key } = await authority.issue();
writeClientCertificates(
  join(folder, 'certs'),
  authority.cert,
  await authority.issue({ name: 'bench' }),
);
const options = { cert, key, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
const server = createServer({ ...options, allowHalfOpen: true }, (socket) => {
  socket.on('error', () => undefined).on('end', () => socket.end());
  socket.resume();
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ receiverPort: /** @type {{ port: number }} */ (server.address()).port });
});
process.on('disconnect', () => process.exit(0));
