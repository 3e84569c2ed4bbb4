import { InvalidArgumentError, Option } from 'commander';
import { MOST_LANES } from '../pull/backfill.js';
import { parseDurationMs } from './duration.js';

/** `--config`: of every command that works on a config file. */
export function configOption(): Option {
  return new Option(
    '-c, --config <file>',
    'config file (default: CONFIG_FILE in config/, else config/config.yaml)',
  );
}

/** `--json`: of every command that prints data. */
export function jsonOption(): Option {
  return new Option('--json', 'print JSON instead of a table');
}

/** `--input`: of every command that acts on one stream. */
export function inputOption(): Option {
  return new Option('--input <name>', 'input of the config file, where several have this stream');
}

/** `--all`: of every command that acts on streams. */
export function allOption(): Option {
  return new Option('--all', 'every stream, with --input those of one input');
}

/** Reads an option's duration as ms. */
export function durationArgument(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined) {
    throw new InvalidArgumentError('Expected a duration such as 500ms, 60s, 2m or 1h.');
  }
  return ms;
}

/** Reads an option's factor: 0 to 100, what a tenant's quota lets a collector keep up with. */
export function factorArgument(text: string): number {
  const factor = Number(text);
  if (text.trim() === '' || !(factor >= 0 && factor <= 100)) {
    throw new InvalidArgumentError('Expected a number from 0 to 100.');
  }
  return factor;
}

/** Reads an option's number of records. */
export function countArgument(text: string): number {
  const count = Number(text);
  if (!/^\d{1,7}$/.test(text)) {
    throw new InvalidArgumentError('Expected a whole number from 0 to 9999999.');
  }
  return count;
}

/** Reads an option's number of lanes. */
export function lanesArgument(text: string): number {
  const lanes = Number(text);
  if (!/^\d$/.test(text) || lanes < 1 || lanes > MOST_LANES) {
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${MOST_LANES}.`);
  }
  return lanes;
}

/** Reads an option's port, 0 for a free one. */
export function portArgument(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError('Expected a port from 0 to 65535.');
  }
  return port;
}

/** The example at the end of a command's help. */
export function examples(...lines: string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  $ ${line}`)].join('\n');
}
