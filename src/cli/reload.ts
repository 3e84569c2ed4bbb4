import { isDeepStrictEqual } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { CollectorConfig } from '../config/model.js';
import { errorLines } from './report-error.js';

/** After this a config that could not be put in force for a passing reason is tried again. */
const AGAIN_MS = 10_000;

export interface ReloadOptions {
  readonly log: Logger;
  /** Raises `ConfigError` for a file that cannot be used. */
  readonly load: () => Promise<CollectorConfig>;
  /** Puts a config in force; safe to repeat. */
  readonly apply: (config: CollectorConfig) => Promise<void>;
  /** Ends the tries. */
  readonly signal: AbortSignal;
  /** Wait between two tries; default 10 s. */
  readonly againMs?: number;
}

/**
 * Makes the function that reads the config file again and puts it in force. One reload runs at a time; those
 * asked for meanwhile are one more. A file that cannot be used is refused with its mistakes in the log, and the
 * config before it stays in force. It never rejects.
 */
export function createReload(
  inForce: CollectorConfig,
  options: ReloadOptions,
): () => Promise<void> {
  const { log, signal, againMs = AGAIN_MS } = options;
  let current = inForce;
  let asked = 0;
  let running: Promise<void> | undefined;

  async function loadOnce(): Promise<CollectorConfig | undefined> {
    try {
      return await options.load();
    } catch (error) {
      for (const problem of errorLines(error)) log.error({ problem }, 'Config file refused');
      log.error('The config before it stays in force');
      return undefined;
    }
  }

  async function reloadOnce(): Promise<void> {
    const begun = asked;
    const config = await loadOnce();
    if (config === undefined) return;
    if (isDeepStrictEqual(config, current)) {
      log.info('Config read again: nothing changed');
      return;
    }
    while (!signal.aborted && asked === begun) {
      try {
        await options.apply(config);
        current = config;
        return;
      } catch (error) {
        const [reason] = errorLines(error);
        log.error({ reason }, 'The new config is not in force everywhere yet; it is tried again');
      }
      await delay(againMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async function reloadAll(): Promise<void> {
    for (let done = -1; done !== asked && !signal.aborted;) {
      done = asked;
      await reloadOnce();
    }
  }

  return async () => {
    asked += 1;
    running ??= reloadAll().finally(() => {
      running = undefined;
    });
    await running;
  };
}
