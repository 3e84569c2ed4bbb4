// pull: a backfill beside a bare loop in the same run.
import { startProgram, withPlace } from './processes.js';
import { median, printFigures, rounded, say } from './print.js';
import { historyRange, startTrial } from './trial.js';

const BARE = [
  { name: 'bare loop, 10 in flight', inFlight: 10, pageSize: 100 },
  { name: 'bare loop, sequential', inFlight: 1, pageSize: 100 },
  { name: 'bare loop, sequential, 50 a page', inFlight: 1, pageSize: 50 },
  { name: 'bare loop, sequential, 20 a page', inFlight: 1, pageSize: 20 },
];

/**
 * Interleaves backfills and bare loops, so that other work on the machine meets both; the first round warms up.
 * @param {{ alerts: number, rounds: number, execArgv?: readonly string[] }} options
 */
export async function pull({ alerts = 20_000, rounds = 5, execArgv = [] }) {
  await withPlace(async (place) => {
    const range = historyRange();
    const { simulator, backfill } = await startTrial(place, { alerts, range, execArgv });
    const bare = await startProgram(place, 'bare-pull.js', { folder: place.folder, ...simulator });
    /** @type {Map<string, { elapsedMs: number, cpuMs: number, events: number }[]>} */
    const runs = new Map();
    const keep = (/** @type {string} */ name, /** @type {never} */ run) => {
      runs.set(name, [...(runs.get(name) ?? []), run]);
    };
    for (let round = 0; round <= rounds; round++) {
      for (const { name, inFlight, pageSize } of BARE) {
        const collector = await backfill(`pull-${round}-${name}`);
        const beside = await bare.ask({ ...range, rows: alerts, inFlight, pageSize });
        say(
          `pull ${round}: ${name} ${Math.round(beside.elapsedMs)} ms, collector ${Math.round(collector.elapsedMs)} ms`,
        );
        if (round === 0) continue;
        keep('collector', /** @type {never} */ (collector));
        keep(name, beside);
      }
    }
    const mine = runs.get('collector') ?? [];
    const rate = (/** @type {typeof mine} */ list) =>
      median(list.map((run) => (run.events * 1000) / run.elapsedMs));
    const rows = [...runs].map(([name, list]) => ({
      what: name,
      runs: list.length,
      'median s': rounded(median(list.map((run) => run.elapsedMs)) / 1000),
      'events/s': Math.round(rate(list)),
      'CPU ms per 1,000 events': rounded(
        median(list.map((run) => (run.cpuMs * 1000) / run.events)),
        0,
      ),
      'collector / this': rounded(rate(mine) / rate(list)),
    }));
    printFigures('pull', rows, { alerts, rounds, rows });
  });
}
