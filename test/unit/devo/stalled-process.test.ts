import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ChildProcess } from 'node:child_process';
import { createOutput } from '../../../src/devo/create-output.js';
import { createAuthority, writeCertificates } from './certificates.js';
import type { CertificateFiles } from './certificates.js';
import { codeOfRejection, framesOf, segmentOf, unwatched } from './segments.js';
import { tlsConfig } from './tls-config.js';

/**
 * Reads everything and ends in order when it is asked to, or at once by SIGUSR2: in a process of its own, which
 * goes on while this one stands still.
 */
const RECEIVER = `
const { readFileSync } = require('node:fs');
const [cert, key] = process.argv.slice(1).map((path) => readFileSync(path));
const server = require('node:tls').createServer({ cert, key, allowHalfOpen: true }, (stream) => {
  stream.on('error', () => undefined).on('end', () => stream.end()).resume();
  process.once('SIGUSR2', () => stream.end());
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

let files: CertificateFiles;
let receiver: ChildProcess;
let port: number;
beforeAll(async () => {
  const authority = await createAuthority();
  files = await writeCertificates(authority.cert, await authority.issue());
  receiver = spawn(process.execPath, ['-e', RECEIVER, files.cert, files.key], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (receiver.stdout === null) throw new Error('found no output of the receiver');
  const [line] = (await once(receiver.stdout, 'data')) as [Buffer];
  port = Number(line.toString());
});
afterAll(async () => {
  receiver.kill();
  await files.remove();
});

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

it('a delivery is confirmed although this process stood still when the receiver closed', async () => {
  const output = createOutput(tlsConfig(files, port));
  const outcomes: string[] = [];
  for (let round = 0; round < 5; round++) {
    const source = segmentOf(framesOf(20_000));
    const frames = async function* () {
      yield* source.frames();
      // All is read from the segment, and about to leave.
      setImmediate(() => setImmediate(() => standStill(700)));
    };
    const delivery = output.deliver({ ...source, frames }, unwatched());
    outcomes.push(
      await delivery.then(
        ({ confirmation }) => confirmation,
        (error: unknown) => String(error),
      ),
    );
  }
  expect(outcomes).toEqual(Array.from({ length: 5 }, () => 'close_notify'));
});

it.skipIf(process.platform !== 'linux')(
  'a close before the goodbye is no confirmation, although this process stood still over both',
  async () => {
    const output = createOutput({ ...tlsConfig(files, port), confirmWaitMs: 4_000 });
    const source = segmentOf(framesOf(20_000));
    let stoodStill = false;
    const overlook = () => {
      receiver.kill('SIGUSR2');
      while (!isClosedByPeer(port)) standStill(20);
      standStill(5_000);
      stoodStill = true;
    };
    const frames = async function* () {
      yield* source.frames();
      // Not in a timer's turn: Node reads what came before it runs those that are due meanwhile.
      setTimeout(() => setImmediate(overlook), 100);
    };
    const code = await codeOfRejection(output.deliver({ ...source, frames }, unwatched()));
    expect(code).not.toBe('delivered');
    expect(stoodStill).toBe(true);
  },
);

/** Whether the FIN of the receiver on this port is here, seen or not: the state is CLOSE_WAIT. */
function isClosedByPeer(remotePort: number): boolean {
  const remote = `:${remotePort.toString(16).toUpperCase().padStart(4, '0')} 08 `;
  return readFileSync('/proc/self/net/tcp', 'latin1').includes(remote);
}
