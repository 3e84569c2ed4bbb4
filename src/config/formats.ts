import convict from 'convict';
import { parseTime } from '../pull/parse-time.js';
import { isHost, isHostAndPort, parseHttpAddress, parseProxy } from './address.js';
import type { ConfigErrorCode } from './errors.js';

/** What a format may read from the setting that uses it. */
export interface FormatOptions {
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
}

interface Format {
  /** Text of the file or the environment into the value; a text it cannot read stays as it is. */
  readonly read: (text: string) => unknown;
  readonly accepts: (value: unknown, options: FormatOptions) => boolean;
  /** Completes "expected …". */
  readonly expected: (options: FormatOptions) => string;
  readonly code: ConfigErrorCode;
}

/** Devo's limits of a tag: levels, and characters of the whole. */
const TAG = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){1,5}$/;
const TAG_CHARACTERS = 1024;
/** Names stand in workflow ids, task queues, metrics and file names. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;
/** Seconds of the units of `period` in `requests_limits`. */
const UNIT_SECONDS = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  M: 2_592_000,
  y: 31_536_000,
} as const;

const asText = (text: string) => text;
const inRange = (value: unknown, { min = -Infinity, max = Infinity }: FormatOptions) =>
  typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max;
const range = ({ min = 0, max = Infinity }: FormatOptions) =>
  max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`;

function textFormat(
  pattern: RegExp,
  expected: string,
  code: ConfigErrorCode = 'CONFIG_VALUE_INVALID',
): Format {
  return {
    read: asText,
    accepts: (value) => typeof value === 'string' && pattern.test(value),
    expected: () => expected,
    code,
  };
}

/** The forms of values, by the name that settings use. */
export const FORMATS = {
  text: textFormat(/^[^\p{Cc}]{1,1024}$/u, 'one line of at most 1024 characters'),
  // Printable ASCII, for both end up in a header or a URL.
  secret: textFormat(/^[\x21-\x7e]+$/, 'text without spaces, line breaks or special letters'),
  'url part': textFormat(/^[^\s/?#]+$/, 'text without spaces, slashes, ? and #'),
  name: textFormat(
    NAME,
    'letters, digits, dot, hyphen and underscore, at most 64, not beginning with dot or hyphen',
    'CONFIG_NAME_INVALID',
  ),
  id: textFormat(
    /^[\p{L}\p{N}_]([\p{L}\p{N} _.:@+-]{0,62}[\p{L}\p{N}_.:@+-])?$/u,
    'at most 64 letters, digits, spaces and . : @ + _ - (it becomes part of workflow ids)',
    'CONFIG_NAME_INVALID',
  ),
  tag: {
    read: asText,
    accepts: (value) =>
      typeof value === 'string' && value.length <= TAG_CHARACTERS && TAG.test(value),
    expected: () =>
      '2 to 6 levels joined by dots, of letters, digits, underscore and hyphen, at most 1024 characters',
    code: 'CONFIG_TAG_INVALID',
  },
  // YAML 1.1, which older files were written for, also knows yes, no, on and off; variables are often 1 or 0.
  flag: {
    read: (text) =>
      /^(true|yes|on|1)$/i.test(text) ? true : /^(false|no|off|0)$/i.test(text) ? false : text,
    accepts: (value) => typeof value === 'boolean',
    expected: () => 'true or false',
    code: 'CONFIG_VALUE_INVALID',
  },
  whole: {
    read: (text) => (/^[+-]?\d{1,15}$/.test(text) ? Number(text) : text),
    accepts: inRange,
    expected: (options) => `a whole number ${range(options)}`,
    code: 'CONFIG_VALUE_INVALID',
  },
  // Devo's collectors cut fractions of seconds off.
  seconds: {
    read: (text) => (/^\+?\d{1,15}(\.\d+)?$/.test(text) ? Math.trunc(Number(text)) : text),
    accepts: inRange,
    expected: (options) => `a number of seconds ${range(options)}`,
    code: 'CONFIG_VALUE_INVALID',
  },
  // Value in seconds.
  period: {
    read: (text) => {
      const match = /^(\d{1,6})([smhdwMy])$/.exec(text);
      if (match === null) return text;
      return Number(match[1]) * UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS];
    },
    accepts: (value) => inRange(value, { min: 1 }),
    expected: () => 'digits and one of s m h d w M y, for example 1m',
    code: 'CONFIG_VALUE_INVALID',
  },
  // Value in epoch ms.
  time: {
    read: (text) => parseTime(text) ?? text,
    accepts: (value) => inRange(value, {}),
    expected: () =>
      'an ISO 8601 date or date-time from 2000 on, for example 2026-01-31 or 2026-01-31T08:00:00Z',
    code: 'CONFIG_VALUE_INVALID',
  },
  choice: {
    read: (text) => text.toLowerCase(),
    accepts: (value, { values = [] }) => typeof value === 'string' && values.includes(value),
    expected: ({ values = [] }) => `one of ${values.join(', ')}`,
    code: 'CONFIG_VALUE_INVALID',
  },
  host: {
    read: asText,
    accepts: (value) => typeof value === 'string' && isHost(value),
    expected: () => 'a host name or an IP address, without scheme, port and path',
    code: 'CONFIG_VALUE_INVALID',
  },
  'host and port': {
    read: asText,
    accepts: (value) => typeof value === 'string' && isHostAndPort(value),
    expected: () => 'host:port, for example 127.0.0.1:7233',
    code: 'CONFIG_VALUE_INVALID',
  },
  fqdn: {
    read: asText,
    accepts: (value) => typeof value === 'string' && parseHttpAddress(value) !== undefined,
    expected: () =>
      "the tenant's host, for example tenant.xdr.eu.paloaltonetworks.com (http:// for loopback addresses alone)",
    code: 'CONFIG_VALUE_INVALID',
  },
  // Value without a slash at its end, with the scheme.
  'https url': {
    read: (text) => parseHttpAddress(text)?.href.replace(/\/+$/, '') ?? text,
    accepts: (value) => typeof value === 'string' && parseHttpAddress(value) !== undefined,
    expected: () =>
      'an address such as https://http-eu.devo.io (http:// for loopback addresses alone)',
    code: 'CONFIG_VALUE_INVALID',
  },
  proxy: {
    read: asText,
    accepts: (value) => typeof value === 'string' && parseProxy(value) !== undefined,
    expected: () => 'the URL of a proxy, for example http://proxy.example.com:3128',
    code: 'CONFIG_VALUE_INVALID',
  },
  column: textFormat(
    /^[A-Za-z0-9._:@-]{1,128}$/,
    'the name of a column: letters, digits and . _ : @ -',
  ),
  file: textFormat(
    /^[^\p{Cc}]{1,4096}$/u,
    'the name of a file (a PEM text itself does not belong here)',
  ),
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

/** Formats whose values are numbers: plain, seconds, or epoch ms. */
export type NumberFormat = 'whole' | 'seconds' | 'period' | 'time';

for (const [name, format] of Object.entries<Format>(FORMATS)) {
  convict.addFormat({
    name,
    coerce: format.read,
    validate: (value: unknown, setting) => {
      const options = setting as FormatOptions;
      if (!format.accepts(value, options)) throw new Error(`expected ${format.expected(options)}`);
    },
  });
}
