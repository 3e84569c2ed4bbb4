import { InvalidArgumentError, Option } from 'commander';
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

/** Reads an option's duration as ms. */
export function durationArgument(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined) {
    throw new InvalidArgumentError('Expected a duration such as 500ms, 60s, 2m or 1h.');
  }
  return ms;
}

/** Reads an option's factor: a number above 0, at most 1,000. */
export function factorArgument(text: string): number {
  const factor = Number(text);
  if (!(factor > 0 && factor <= 1_000)) {
    throw new InvalidArgumentError('Expected a number above 0 and at most 1000.');
  }
  return factor;
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
