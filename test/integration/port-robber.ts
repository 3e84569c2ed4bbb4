import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface RobbedTemporal {
  /** Path of the `temporal` to start. */
  readonly binary: string;
  /** The ports that were taken, in turn. */
  readonly ports: () => number[];
}

/** A `temporal` whose port is taken, the first `times`, by a process that ends with it; written into `folder`. */
export function portRobber(
  binary: string,
  folder: string,
  { times = 1, of = '--port' }: { times?: number; of?: '--port' | '--ui-port' } = {},
): RobbedTemporal {
  return robbed(binary, folder, {
    times,
    of,
    rob: `createServer().listen(Number(port), '127.0.0.1', run);`,
  });
}

/** A `temporal` whose gRPC port is taken, the first time, by another Temporal, which `end` ends. */
export function temporalRobber(
  binary: string,
  folder: string,
): RobbedTemporal & { end: () => void } {
  const pidFile = join(folder, 'robber-pid');
  // The wait is long enough for a start that is content with whoever answers.
  const rob = `
    const foreign = ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', port];
    const options = { detached: true, stdio: 'ignore' };
    const robber = spawn(${JSON.stringify(binary)}, foreign, options);
    writeFileSync(${JSON.stringify(pidFile)}, String(robber.pid));
    const look = () =>
      connect(Number(port), '127.0.0.1')
        .on('connect', () => setTimeout(run, 3_000))
        .on('error', () => setTimeout(look, 50));
    look();`;
  const end = (): void => {
    if (existsSync(pidFile)) process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
  };
  return { ...robbed(binary, folder, { times: 1, of: '--port', rob }), end };
}

/** A `temporal` that does `rob` with the port given as `of` before it calls `run`, the first `times`. */
function robbed(
  binary: string,
  folder: string,
  { times, of, rob }: { times: number; of: string; rob: string },
): RobbedTemporal {
  const path = join(folder, 'temporal-robbed');
  const portsFile = join(folder, 'robbed-ports');
  const script = `
    const { spawn } = require('node:child_process');
    const { readFileSync, writeFileSync } = require('node:fs');
    const { connect, createServer } = require('node:net');
    const given = process.argv.slice(2);
    const port = given[given.indexOf('${of}') + 1];
    const run = () => {
      const server = spawn(${JSON.stringify(binary)}, given, { stdio: 'inherit' });
      process.on('SIGTERM', () => server.kill('SIGTERM'));
      server.on('exit', (code) => process.exit(code ?? 1));
    };
    const ports = JSON.parse(readFileSync(${JSON.stringify(portsFile)}, 'utf8'));
    if (given[0] === '--version' || ports.length >= ${times}) run();
    else {
      writeFileSync(${JSON.stringify(portsFile)}, JSON.stringify([...ports, Number(port)]));
      ${rob}
    }`;
  writeFileSync(portsFile, '[]');
  writeFileSync(path, `#!${process.execPath}\n${script}\n`, { mode: 0o700 });
  return { binary: path, ports: () => JSON.parse(readFileSync(portsFile, 'utf8')) as number[] };
}
