import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A `temporal` whose gRPC port is taken, the first time, by a process that ends with it; written into `folder`. */
export function portRobber(binary: string, folder: string): { binary: string; port: () => number } {
  const path = join(folder, 'temporal-robbed');
  const portFile = join(folder, 'robbed-port');
  const robber = `
    const { spawn } = require('node:child_process');
    const { existsSync, writeFileSync } = require('node:fs');
    const { createServer } = require('node:net');
    const given = process.argv.slice(2);
    const port = given[given.indexOf('--port') + 1];
    const run = () => {
      const server = spawn(${JSON.stringify(binary)}, given, { stdio: 'inherit' });
      process.on('SIGTERM', () => server.kill('SIGTERM'));
      server.on('exit', (code) => process.exit(code ?? 1));
    };
    if (existsSync(${JSON.stringify(portFile)})) run();
    else {
      writeFileSync(${JSON.stringify(portFile)}, port);
      createServer().listen(Number(port), '127.0.0.1', run);
    }`;
  writeFileSync(path, `#!${process.execPath}\n${robber}\n`, { mode: 0o700 });
  return { binary: path, port: () => Number(readFileSync(portFile, 'utf8')) };
}
