import { GLOBALS, HTTP_LISTENER, TEMPORAL } from './globals-levels.js';
import { CREDENTIALS, INPUT, REQUESTS_LIMIT } from './input-levels.js';
import {
  FILE_OUTPUT,
  HTTP_OUTPUT,
  OUTPUT,
  TCP_OUTPUT,
  TLS_OUTPUT,
  VERIFY,
} from './output-levels.js';
import { SERVICE_LEVELS } from './service-levels.js';
import type { Level } from './settings.js';

/** Every level of the config file, in the order of its documentation. */
export const LEVELS: readonly Level[] = [
  GLOBALS,
  TEMPORAL,
  HTTP_LISTENER,
  OUTPUT,
  VERIFY,
  TLS_OUTPUT,
  TCP_OUTPUT,
  HTTP_OUTPUT,
  FILE_OUTPUT,
  INPUT,
  CREDENTIALS,
  REQUESTS_LIMIT,
  ...Object.values(SERVICE_LEVELS),
];

/** Where a key has a meaning, for one that was found elsewhere; undefined for a key unknown everywhere. */
export function placeOf(key: string): string | undefined {
  const paths = LEVELS.filter((level) => Object.hasOwn(level.settings, key)).map(
    (level) => level.path,
  );
  return paths.length === 0 ? undefined : [...new Set(paths)].slice(0, 3).join(' or ');
}

/** Names of all keys whose values are secrets. */
export const SECRET_KEYS: ReadonlySet<string> = new Set(
  LEVELS.flatMap((level) =>
    Object.entries(level.settings).flatMap(([key, setting]) =>
      setting.sensitive === true ? [key] : [],
    ),
  ),
);
