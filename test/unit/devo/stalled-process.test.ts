import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChildProcess } from 'node:child_process';
import { createOutput } from '../../../src/devo/create-output.js';
import { createAuthority, writeCertificates } from './certificates.js';
import type { CertificateFiles } from './certificates.js';
import { framesOf, segmentOf, unwatched } from './segments.js';
import { tlsConfig } from './tls-config.js';

/** Reads everything and ends in order, in a process of its own: it goes on while this one stands still. */
const RECEIVER = `
const { readFileSync } = require('node:fs');
const [cert, key] = process.argv.slice(1).map((path) => readFileSync(path));
const server = require('node:tls').createServer({ cert, key, allowHalfOpen: true }, (stream) => {
  stream.on('error', () => undefined).on('end', () => stream.end()).resume();
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

test('a delivery is confirmed although this process stood still when the receiver closed', async () => {
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
