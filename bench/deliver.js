// deliver: segments of events to a TLS receiver, beside a bare TLS writer of the same files.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startProgram, startSimulatorProcess, withPlace } from './processes.js';
import { median, printFigures, rounded, say } from './print.js';

/** Segments of so many events are what a window of 3,000 alerts makes. */
const EVENTS_PER_SEGMENT = 8_000;
const BARE = { way: 'bare writer', who: 'bare', lanes: 1 };
/** A live stream sends one segment after the other, a backfill one in each of its two lanes. */
const WAYS = [
  BARE,
  { way: 'collector, one lane', who: 'collector', lanes: 1 },
  { way: 'collector, two lanes', who: 'collector', lanes: 2 },
];

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
        /** @type {Map<string, { elapsedMs: number, cpuMs: number }[]>} */
        const runs = new Map(WAYS.map(({ way }) => [way, []]));
        for (let round = 0; round <= rounds; round++) {
          for (const { way, who, lanes } of WAYS) {
            const run = `${compression}-${lanes}-${round}`;
            const took = await worker.ask({ who, lanes, port, compression, run });
            say(
              `deliver ${round}: ${way}, ${name}, gzip ${compression}, ${Math.round(took.elapsedMs)} ms`,
            );
            if (round > 0) runs.get(way)?.push(took);
          }
        }
        const time = (/** @type {string} */ way) =>
          median((runs.get(way) ?? []).map(({ elapsedMs }) => elapsedMs));
        const cpu = (/** @type {string} */ way) =>
          median((runs.get(way) ?? []).map(({ cpuMs }) => (cpuMs * 1000) / events));
        for (const { way } of WAYS) {
          rows.push({
            to: name,
            form: compression ? 'gzip' : 'plain',
            what: way,
            s: rounded(time(way) / 1000),
            'events/s': Math.round((events * 1000) / time(way)),
            'CPU ms per 1,000 events': rounded(cpu(way), 1),
            'to the bare writer': rounded(time(BARE.way) / time(way)),
          });
        }
      }
    }
    printFigures('deliver', rows, { events, rounds, rows });
  });
}
