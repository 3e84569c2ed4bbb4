// A Temporal server that a benchmark keeps warm, beside and not below the collector.
import { join } from 'node:path';
import process from 'node:process';
import { startEmbeddedTemporal } from '../dist/worker/temporal/embedded-temporal.js';
import { findTemporalBinary } from '../dist/worker/temporal/temporal-binary.js';
import { ROOT } from './processes.js';

/** @param {import('./processes.js').Place} place */
export async function startTemporal(place) {
  const server = await startEmbeddedTemporal({
    binary: findTemporalBinary(process.env, ROOT),
    stateDir: join(place.folder, 'temporal'),
    uiPort: 0,
    logLevel: 'warn',
  });
  place.atEnd(async () => await server.stop());
  return server;
}
