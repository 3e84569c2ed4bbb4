// memory: resident size of the collector while it pulls a million events in one backfill.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryPicture } from './memory-picture.js';
import { residentMb, ROOT, withPlace } from './processes.js';
import { median, percentile, printFigures, rounded, say } from './print.js';
import { historyRange, startTrial } from './trial.js';

/** An alert with 1 to 3 events makes three events on average, itself included. */
const EVENTS_PER_ALERT = 3;
const EVERY_MS = 1_000;

/** @param {{ events?: number, picture?: string, execArgv?: readonly string[] }} options */
export async function memory({
  events = 1_000_000,
  picture = join(ROOT, 'docs', 'images', 'memory.svg'),
  execArgv = [],
}) {
  await withPlace(async (place) => {
    const range = historyRange();
    const alerts = Math.round(events / EVENTS_PER_ALERT);
    const { collector, backfill } = await startTrial(place, { alerts, range, execArgv });
    /** @type {{ atS: number, mb: number }[]} */
    const samples = [];
    const startedMs = performance.now();
    const running = { done: false };
    const run = backfill('memory').finally(() => (running.done = true));
    while (!running.done) {
      samples.push({ atS: (performance.now() - startedMs) / 1000, mb: residentMb(collector.pid) });
      if (samples.length % 20 === 0) say(`memory: ${Math.round(samples.at(-1)?.mb ?? 0)} MB`);
      await Promise.race([sleep(EVERY_MS), run]);
    }
    const { elapsedMs, totals } = await run;
    const endS = elapsedMs / 1000;
    const between = (/** @type {number} */ fromS, /** @type {number} */ toS) =>
      samples.filter(({ atS }) => atS >= fromS && atS < toS).map(({ mb }) => mb);
    // The rest after the first minute, in two halves: flat means that they are alike.
    const fromS = Math.min(60, endS / 2);
    const middleS = (fromS + endS) / 2;
    const row = (/** @type {string} */ name, /** @type {number[]} */ list) => ({
      when: name,
      samples: list.length,
      'median MB': Math.round(median(list)),
      '95 % below MB': Math.round(percentile(list, 0.95)),
      'most MB': Math.round(Math.max(...list)),
    });
    const rows = [
      row('first minute', between(0, fromS)),
      row('rest, first half', between(fromS, middleS)),
      row('rest, second half', between(middleS, endS)),
    ];
    mkdirSync(dirname(picture), { recursive: true });
    writeFileSync(picture, memoryPicture(samples, totals.events));
    const figures = { events: totals.events, seconds: rounded(endS, 1), segments: totals.segments };
    printFigures('memory', rows, { ...figures, rows });
  });
}
