import { SEARCH_ATTRIBUTES } from './search-attributes.js';

export type TemporalLogLevel = 'debug' | 'info' | 'warn' | 'error' | 'never';

export interface TemporalServerSettings {
  /** gRPC, on 127.0.0.1. */
  readonly port: number;
  /** Undefined: no UI. */
  readonly uiPort: number | undefined;
  readonly logLevel: TemporalLogLevel;
}

/** In the folder that the server runs in: the server takes a path for a part of a URL, with a meaning for `?`, `#` and `%`. */
export const DATABASE = 'temporal.sqlite';

/** The command line of `temporal` for a server that is reachable on loopback alone. */
export function temporalArguments(settings: TemporalServerSettings): string[] {
  const { port, uiPort, logLevel } = settings;
  return [
    'server',
    'start-dev',
    ...['--ip', '127.0.0.1', '--port', String(port)],
    ...['--db-filename', DATABASE, '--log-level', logLevel],
    ...(uiPort === undefined
      ? ['--headless']
      : ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)]),
    // A rate limit of a task queue is divided among its partitions: with the default of four, a queue
    // limited to a few activities a minute would run at about half of that.
    ...['--dynamic-config-value', 'matching.numTaskqueueReadPartitions=1'],
    ...['--dynamic-config-value', 'matching.numTaskqueueWritePartitions=1'],
    ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
      '--search-attribute',
      `${name}=${type}`,
    ]),
  ];
}
