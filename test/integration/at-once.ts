import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EmbeddedTemporalOptions } from '../../src/worker/temporal/embedded-temporal.js';
import { PROJECT_ROOT } from './temporal-server.js';

const BUILT = join(PROJECT_ROOT, 'dist', 'worker', 'temporal', 'embedded-temporal.js');
/** Starts a server, prints its UI's address or why there is none, and stops it when its input ends. */
const SCRIPT = `
  const { startEmbeddedTemporal } = await import(${JSON.stringify(pathToFileURL(BUILT).href)});
  try {
    const server = await startEmbeddedTemporal(JSON.parse(process.argv[1]));
    process.stdin.resume().on('end', () => void server.stop());
    console.log(server.uiUrl);
  } catch (error) {
    console.log(error.code ?? String(error));
    process.stdin.unref();
  }`;

/**
 * Starts embedded servers at the same time, each in a process of its own, and stops them once all have started or
 * failed: what each said. `npm run build` must have run.
 */
export async function startAtOnce(
  servers: readonly Omit<EmbeddedTemporalOptions, 'onRestart'>[],
): Promise<string[]> {
  const started = servers.map((options) => {
    const arguments_ = ['--input-type=module', '-e', SCRIPT, JSON.stringify(options)];
    const child = spawn(process.execPath, arguments_, { stdio: ['pipe', 'pipe', 'inherit'] });
    return { child, closed: once(child, 'close'), said: once(child.stdout, 'data') };
  });
  const said = await Promise.all(started.map(async (server) => String(await server.said).trim()));
  for (const { child } of started) child.stdin.end();
  await Promise.all(started.map(({ closed }) => closed));
  return said;
}
