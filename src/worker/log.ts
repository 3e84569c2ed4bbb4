import { unescape } from 'node:querystring';
import type { DestinationStream, Logger } from 'pino';
import { pino } from 'pino';
import type { CollectorConfig } from '../config/model.js';
import { terminalLog } from './terminal-log.js';

/** Field names whose values never reach a log line. */
const SECRETS = [
  'apiKey',
  'api_key',
  'token',
  'authorization',
  'Authorization',
  'key',
  'privateKey',
  'passphrase',
  'password',
];
const CENSOR = '****';
/** In a line of JSON the line ends of a PEM text are escaped. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^"]*?(-----END [A-Z ]*PRIVATE KEY-----|(?="))/g;
/** A shorter value would be found in words that have nothing to do with it. */
const LEAST_SECRET_CHARACTERS = 6;

/** The keys, tokens and passwords of a config and of Temporal: what no line may hold, whatever field it stands in. */
export function secretsOf({ inputs, outputs }: CollectorConfig, env: NodeJS.ProcessEnv): string[] {
  return [
    ...inputs.map((input) => input.credentials.apiKey),
    ...inputs.flatMap(({ proxy }) => (proxy === undefined ? [] : passwordsOf(proxy))),
    ...outputs.flatMap((output) => (output.type === 'http' ? [output.token] : [])),
    ...(env.TEMPORAL_API_KEY === undefined ? [] : [env.TEMPORAL_API_KEY]),
  ];
}

/** As it stands in the URL, and as it is sent; a stray percent sign stays. */
function passwordsOf(url: string): string[] {
  if (!URL.canParse(url)) return [];
  const { password } = new URL(url);
  return [password, unescape(password)];
}

/**
 * The log: a line per pull on a terminal, JSON otherwise; `debug` raises the level. Fields with secret names,
 * the `secrets` themselves and private keys come out as `****`, of an error only its code and message.
 */
export function createLogger(options: {
  readonly debug: boolean;
  /** Looked at for each line: a config that is read later adds its own. */
  readonly secrets?: Iterable<string>;
  readonly stream?: DestinationStream;
}): Logger {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);
  return pino(
    {
      level: options.debug ? 'debug' : 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: CENSOR },
      serializers: { err: codeAndMessage, error: codeAndMessage },
      hooks: {
        streamWrite: (line) => {
          let clean = line.replaceAll(PRIVATE_KEY, CENSOR);
          for (const secret of options.secrets ?? []) {
            if (secret.length < LEAST_SECRET_CHARACTERS) continue;
            clean = clean.replaceAll(JSON.stringify(secret).slice(1, -1), CENSOR);
          }
          return clean;
        },
      },
    },
    options.stream ?? toStderr(options.debug),
  );
}

function toStderr(debug: boolean): DestinationStream {
  if (process.stderr.isTTY) {
    return terminalLog((text) => process.stderr.write(text), { debug });
  }
  const file = pino.destination(2);
  // A full disk loses lines of the log, never the collector.
  file.on('error', () => undefined);
  return file;
}

/** Errors of libraries carry headers, bodies and whole configs along. */
function codeAndMessage(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return { ...(code === undefined ? {} : { code }), message };
}
