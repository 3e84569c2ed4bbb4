// How every part shows its figures: a table to read, then one line of JSON to keep.
import { availableParallelism, cpus, loadavg } from 'node:os';
import process from 'node:process';
import Table from 'cli-table3';

/** What the figures were measured on, and how busy it was. */
export function circumstances() {
  return {
    at: new Date().toISOString(),
    node: process.version,
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    load: loadavg().map((load) => Number(load.toFixed(2))),
  };
}

/**
 * Prints the rows as a table (the keys of the first are its head), and all of it as JSON.
 * @param {string} part
 * @param {readonly Record<string, string | number>[]} rows
 * @param {object} figures
 */
export function printFigures(part, rows, figures) {
  const head = Object.keys(rows[0] ?? {});
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const row of rows) table.push(head.map((name) => String(row[name] ?? '')));
  const now = circumstances();
  process.stdout.write(
    `\n${part}: Node ${now.node}, ${now.cores} cores, load average ${now.load.join(' ')}\n${table.toString()}\n`,
  );
  process.stdout.write(`${JSON.stringify({ part, ...now, ...figures })}\n`);
}

/** @param {string} text */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** @param {readonly number[]} values */
export function median(values) {
  return percentile(values, 0.5);
}

/** The value that `share` of the values do not exceed. @param {readonly number[]} values @param {number} share */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** @param {number} value @param {number} [digits] */
export function rounded(value, digits = 2) {
  return Number(value.toFixed(digits));
}
