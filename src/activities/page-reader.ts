import pRetry from 'p-retry';
import type { CortexClient } from '../cortex/client.js';
import { CortexError } from '../cortex/errors.js';
import { CollectorError } from '../errors/collector-error.js';
import type { ReadPage } from '../pull/read-window.js';
import type { Priority } from '../pull/receipts.js';
import type { TimeField } from '../pull/settings.js';
import type { Service } from '../services/service.js';
import type { StreamConfig } from './dependencies.js';
import type { Row } from './window-sink.js';

/** As many pages as a second's quota; so many are held at most. */
export const PAGES_AT_ONCE = 10;

/**
 * A page that failed is asked for again at once, some times: otherwise one fault among the fifty pages of a
 * window would have all of them read again. Trouble that lasts is left to the engine, where it is seen.
 */
const PAGE_RETRIES = { retries: 7, minTimeout: 250, maxTimeout: 4_000, maxRetryTime: 60_000 };

export interface PageOptions {
  readonly signal: AbortSignal;
  readonly priority: Priority;
}

/**
 * Reads pages of a service's list call. Where the tenant refuses `server_creation_time` and takes
 * `creation_time`, it raises `CORTEX_TIME_FIELD_REFUSED`; else what the client raises.
 */
export function pageReader(
  client: CortexClient,
  service: Service,
  { service: config }: StreamConfig,
  options: PageOptions,
): ReadPage<Row> {
  const ask = async (timeField: string, ...[window, offset]: Parameters<ReadPage<Row>>) => {
    const { apiFqdn } = config;
    const { rowsKey } = service;
    const path = service.path(config);
    const request = { apiFqdn, path, timeField, window, offset, rowsKey };
    const { total, rows, lossless } = await pRetry(() => client.list(request, options), {
      ...PAGE_RETRIES,
      signal: options.signal,
      shouldRetry: ({ error }) => error instanceof CollectorError && error.retry === 'later',
    });
    return { total, rows: rows.map((record) => ({ record, lossless })) };
  };
  const timeField = service.timeField(config);
  const mayBeRefused = timeField === 'server_creation_time' && config.timeField === undefined;

  return async (window, offset) => {
    try {
      return await ask(timeField, window, offset);
    } catch (error) {
      const refused = error instanceof CortexError && error.code === 'CORTEX_BAD_REQUEST';
      if (!refused || !mayBeRefused) throw error;
      // Only if that one works is it the field that was refused, and not something else about the call.
      await ask('creation_time' satisfies TimeField, window, offset).catch(() => {
        throw error;
      });
      throw new CollectorError(
        'CORTEX_TIME_FIELD_REFUSED',
        `found that the tenant refuses ${timeField} (${error.message}); it is asked by creation_time from now on`,
        { retry: 'never' },
      );
    }
  };
}
