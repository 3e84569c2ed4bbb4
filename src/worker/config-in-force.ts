import { isDeepStrictEqual } from 'node:util';
import type { CollectorConfig } from '../config/model.js';
import { streamsOf } from './streams.js';
import type { ConfiguredStream } from './streams.js';

/** The config that the process works by; a newer one may take its place. */
export interface ConfigInForce {
  readonly config: () => CollectorConfig;
  readonly streams: () => readonly ConfiguredStream[];
  /** Puts a newer one in force; returns the keys whose change waits for the next start. */
  readonly replace: (newer: CollectorConfig) => string[];
}

/** What is opened once, by its key in the file. */
const OPENED_ONCE = [
  ['temporal', 'globals.temporal'],
  ['http', 'globals.http'],
  ['debug', 'globals.debug'],
  ['senderStatsPeriodMs', 'globals.sender_stats_period_in_sec'],
] as const satisfies (readonly [keyof CollectorConfig, string])[];

/** Starts with the config of the start. */
export function configInForce(first: CollectorConfig, searchAttributes: boolean): ConfigInForce {
  let config = first;
  let streams = streamsOf(first, searchAttributes);
  return {
    config: () => config,
    streams: () => streams,
    replace(newer) {
      const waiting = OPENED_ONCE.filter(
        ([key]) => !isDeepStrictEqual(newer[key], config[key]),
      ).map(([, name]) => name);
      const { temporal, http, debug, senderStatsPeriodMs } = config;
      config = { ...newer, temporal, http, debug, senderStatsPeriodMs };
      streams = streamsOf(config, searchAttributes);
      return waiting;
    },
  };
}
