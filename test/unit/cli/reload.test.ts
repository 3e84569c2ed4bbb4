import pino from 'pino';
import { expect, it, vi } from 'vitest';
import type { CollectorConfig } from '../../../src/config/model.js';
import { createReload } from '../../../src/cli/reload.js';
import { configWith, load } from '../config/config-folder.js';

/** A reload whose `apply` fails where told, by the config's name and the number of the try. */
function reloading(fails: (name: string, attempt: number) => boolean) {
  const { config: first } = load(configWith({}));
  const newer: CollectorConfig = { ...first, name: 'newer' };
  const newest: CollectorConfig = { ...first, name: 'newest' };
  const stop = new AbortController();
  const place = { file: newer };
  let attempts = 0;
  const applied: string[] = [];
  const apply = vi.fn((config: CollectorConfig) => {
    attempts += 1;
    if (fails(config.name, attempts))
      return Promise.reject(new Error('14 UNAVAILABLE: no connection to Temporal'));
    applied.push(config.name);
    return Promise.resolve();
  });
  const reload = createReload(first, {
    log: pino({ enabled: false }),
    load: () => Promise.resolve(place.file),
    apply,
    signal: stop.signal,
    againMs: 1,
  });
  const replaceFile = () => (place.file = newest);
  return { reload, apply, applied, replaceFile, stop };
}

it('tries again until a config that Temporal was away for is in force', async () => {
  const { reload, apply, applied } = reloading((_, attempt) => attempt <= 3);
  await reload();
  expect(apply).toHaveBeenCalledTimes(4);
  expect(applied).toEqual(['newer']);
});

it('ends its tries when the process is told to stop', async () => {
  const { reload, apply, stop } = reloading(() => true);
  const running = reload();
  await expect.poll(() => apply.mock.calls.length).toBeGreaterThan(2);
  stop.abort();
  await running;
});

it('gives up a config for a newer one', async () => {
  const { reload, apply, applied, replaceFile } = reloading((name) => name === 'newer');
  const first = reload();
  await expect.poll(() => apply.mock.calls.length).toBeGreaterThan(0);
  replaceFile();
  await Promise.all([first, reload()]);
  expect(applied).toEqual(['newest']);
});

it('applies an unchanged config once', async () => {
  const { reload, apply } = reloading(() => false);
  await reload();
  await reload();
  expect(apply).toHaveBeenCalledTimes(1);
});
