// deliver: segments of events to a TLS receiver, beside a bare TLS writer of the same files.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startProgram, startSimulatorProcess, withPlace } from './processes.js';
import { median, printFigures, rounded, say } from './print.js';

/** Segments of so many events are what a window of 3,000 alerts makes. */
const EVENTS_PER_SEGMENT = 8_000;

/** @param {{ events?: number, rounds?: number, execArgv?: readonly string[] }} options */
export async function deliver({ events = 100_000, rounds = 5, execArgv = [] }) {
  await withPlace(async (place) => {
    // One folder for each receiver: each has an authority of its own.
    const receivers = [];
    for (const name of ['simulated Devo', 'a receiver that only reads']) {
      const folder = join(place.folder, name.replaceAll(' ', '-'));
      mkdirSync(folder);
      const there = { ...place, folder };
      const { receiverPort: port } =
        name === 'simulated Devo'
          ? await startSimulatorProcess(there, { tenant: {}, services: { alerts: {} } })
          : (await startProgram(there, 'drain.js', { folder })).first;
      const segments = Math.ceil(events / EVENTS_PER_SEGMENT);
      const worker = await startProgram(
        there,
        'deliver-worker.js',
        { folder, events, segments },
        execArgv,
      );
      receivers.push({ name, port, worker });
    }
    const rows = [];
    for (const { name, port, worker } of receivers) {
      for (const compression of [false, true]) {
        /** @type {Record<string, { elapsedMs: number, cpuMs: number }[]>} */
        const runs = { collector: [], bare: [] };
        for (let round = 0; round <= rounds; round++) {
          for (const who of ['collector', 'bare']) {
            const run = `${compression}-${round}`;
            const took = await worker.ask({ who, port, compression, run });
            say(
              `deliver ${round}: ${who}, ${name}, gzip ${compression}, ${Math.round(took.elapsedMs)} ms`,
            );
            if (round > 0) runs[who]?.push(took);
          }
        }
        const time = (/** @type {string} */ who) =>
          median((runs[who] ?? []).map(({ elapsedMs }) => elapsedMs));
        const cpu = (/** @type {string} */ who) =>
          median((runs[who] ?? []).map(({ cpuMs }) => (cpuMs * 1000) / events));
        rows.push({
          to: name,
          form: compression ? 'gzip' : 'plain',
          'collector s': rounded(time('collector') / 1000),
          'bare writer s': rounded(time('bare') / 1000),
          'events/s': Math.round((events * 1000) / time('collector')),
          'CPU ms per 1,000 events': `${rounded(cpu('collector'), 1)} / ${rounded(cpu('bare'), 1)}`,
          'collector / bare': rounded(time('bare') / time('collector')),
        });
      }
    }
    printFigures('deliver', rows, { events, rounds, rows });
  });
}
