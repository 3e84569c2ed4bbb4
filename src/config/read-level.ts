import convict from 'convict';
import type { ConfigErrorCode } from './errors.js';
import { addProblem, addWarning } from './findings.js';
import type { Findings } from './findings.js';
import { FORMATS } from './formats.js';
import type { FormatName, NumberFormat } from './formats.js';
import { placeOf } from './known-keys.js';
import { nearestKey } from './nearest-key.js';
import { describeFound, isAbsent, isMapping, printable, scalarText } from './printable.js';
import type { Level, Setting, Settings, Values } from './settings.js';

/** Where a level was found, and what else may set its keys. */
export interface LevelContext {
  /** Path of the level, for example `inputs.cortex_xdr`. */
  readonly path: string;
  readonly findings: Findings;
  readonly env: NodeJS.ProcessEnv;
  /** `override` (default): a variable wins over the file. `fill`: it serves keys that the file leaves out. */
  readonly envUse?: 'override' | 'fill';
}

export interface LevelReading<S extends Settings> {
  /** Where `valid` is false, a stand-in for each value that could not be read. */
  readonly values: Values<S>;
  readonly valid: boolean;
}

/**
 * Reads one mapping of the config file by its level: aliases, defaults and environment through convict,
 * then every mistake into the findings, and unknown keys as warnings. Never throws.
 */
export function readLevel<S extends Settings>(
  level: Level<S>,
  raw: unknown,
  context: LevelContext,
): LevelReading<S> {
  const { path, findings } = context;
  const problemsBefore = findings.problems.length;
  if (!isAbsent(raw) && !isMapping(raw)) {
    // A text where a mapping belongs may be a secret in the wrong line.
    addProblem(findings, 'CONFIG_VALUE_INVALID', path, {
      found: describeFound(raw, true),
      expected: `a mapping with ${Object.keys(level.settings).slice(0, 3).join(', ') || 'keys'}`,
    });
    return { values: standIns(level.settings), valid: false };
  }
  const found = isMapping(raw) ? raw : {};
  const given = scalarsOf(level.settings, found, context);
  const env = variablesFor(level.settings, given, context);
  const loaded = load(level.settings, given, env);
  const values = standIns(level.settings) as Record<string, unknown>;
  for (const [key, setting] of Object.entries(level.settings)) {
    const variable = setting.env !== undefined && setting.env in env ? setting.env : undefined;
    const value = loaded[key];
    const text = variable === undefined ? given[key] : env[variable];
    if (text !== undefined && isPlaceholder(text, setting)) {
      addProblem(findings, 'CONFIG_VALUE_UNRESOLVED', join(path, key), placeholder(text, setting));
    } else if (value === undefined) {
      if (setting.required === true && !isWrongShape(found[key])) {
        addProblem(findings, 'CONFIG_KEY_MISSING', join(path, key), missing(key, setting));
      }
    } else if (FORMATS[setting.format].accepts(value, setting)) {
      values[key] = value;
    } else {
      addProblem(
        findings,
        codeOf(setting),
        join(path, key),
        mismatch(setting, text ?? value, variable),
      );
    }
  }
  judgeOtherKeys(level, found, context);
  return {
    values: values as Values<S>,
    valid: findings.problems.length === problemsBefore,
  };
}

/** Path of a key below another path. */
export function join(path: string, key: string): string {
  return path === '' ? printable(key) : `${path}.${printable(key)}`;
}

/** The texts of the level's keys that are there; a list or mapping in place of one is a mistake. */
function scalarsOf(
  settings: Settings,
  found: Readonly<Record<string, unknown>>,
  { path, findings }: LevelContext,
): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [key, setting] of Object.entries(settings)) {
    const spelling = [key, ...(setting.aliases ?? [])].find(
      (each) => Object.hasOwn(found, each) && !isAbsent(found[each]),
    );
    if (spelling === undefined) continue;
    const value = found[spelling];
    if (isWrongShape(value)) {
      addProblem(findings, codeOf(setting), join(path, spelling), mismatch(setting, value));
    } else {
      given[key] = scalarText(value);
    }
  }
  return given;
}

function isWrongShape(value: unknown): boolean {
  return Array.isArray(value) || isMapping(value);
}

/** The environment variables that hold for this level; an empty one counts as not set. */
function variablesFor(
  settings: Settings,
  given: Readonly<Record<string, string>>,
  { env, envUse = 'override' }: LevelContext,
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [key, { env: name, envFills }] of Object.entries(settings)) {
    const value = name === undefined ? undefined : env[name]?.trim();
    if (name === undefined || value === undefined || value === '') continue;
    if (given[key] === undefined || (envUse === 'override' && envFills !== true)) {
      variables[name] = value;
    }
  }
  return variables;
}

/** The level's values as convict makes them; one that its format refuses is there as well. */
function load(
  settings: Settings,
  given: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  const config = convict<Record<string, unknown>>({ ...settings }, { env, args: [] });
  return config.load(given).getProperties();
}

/**
 * Values of the right type for keys without a readable one: the default, else an empty one. They keep
 * the reading going after a mistake; a config with a mistake never leaves this folder.
 */
function standIns<S extends Settings>(settings: S): Values<S> {
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(settings)) {
    values[key] = setting.default ?? (setting.required === true ? emptyOf(setting) : undefined);
  }
  return values as Values<S>;
}

const NUMBERS = {
  whole: 0,
  seconds: 0,
  period: 0,
  time: 0,
} as const satisfies Record<NumberFormat, number>;

function emptyOf({ format }: Setting): string | number | boolean {
  if (format === 'flag') return false;
  return isNumberFormat(format) ? NUMBERS[format] : '';
}

function isNumberFormat(format: FormatName): format is NumberFormat {
  return format in NUMBERS;
}

function codeOf(setting: Setting): ConfigErrorCode {
  return setting.code ?? FORMATS[setting.format].code;
}

function missing(key: string, { env, format, ...options }: Setting) {
  return {
    found: 'nothing',
    expected: FORMATS[format].expected(options),
    advice: `add ${key}${env === undefined ? '' : ` or set the environment variable ${env}`}`,
  };
}

/** What shells and templates leave behind where nobody filled it in; `<api_key>` is a text as any other but for a secret. */
function isPlaceholder(text: string, { sensitive }: Setting): boolean {
  return (
    /\$\{[^}]*\}|\{\{.*\}\}|^\$[A-Za-z_]\w*$/.test(text) ||
    (sensitive === true && /^<.*>$/.test(text))
  );
}

function placeholder(text: string, { env, sensitive }: Setting) {
  return {
    found: `a placeholder that nobody filled in (${describeFound(text, sensitive === true)})`,
    expected: 'the value itself: this file is read as it stands',
    advice: env === undefined ? undefined : `or set the environment variable ${env}`,
  };
}

function mismatch(setting: Setting, value: unknown, variable?: string) {
  const { values = [], sensitive = false, format } = setting;
  const nearest = typeof value === 'string' && !sensitive ? nearestKey(value, values) : undefined;
  const hint = nearest === undefined ? undefined : `did you mean ${nearest}?`;
  const source =
    variable === undefined ? undefined : `it comes from the environment variable ${variable}`;
  return {
    found: describeFound(value, sensitive),
    expected: FORMATS[format].expected(setting),
    advice: hint ?? source,
  };
}

function judgeOtherKeys(
  level: Level,
  found: Readonly<Record<string, unknown>>,
  { path, findings }: LevelContext,
): void {
  const aliases = Object.values(level.settings).flatMap((setting) => setting.aliases ?? []);
  const known = [...Object.keys(level.settings), ...level.nested];
  for (const key of Object.keys(found)) {
    const at = join(path, key);
    if (known.includes(key) || aliases.includes(key)) continue;
    const refusal = Object.hasOwn(level.refused, key) ? level.refused[key] : undefined;
    if (refusal !== undefined) {
      if (asksForSomething(found[key])) {
        const { code, expected, advice } = refusal;
        addProblem(findings, code, at, { found: describeFound(found[key]), expected, advice });
      }
    } else if (level.unused.includes(key)) {
      findings.unusedKeys.push(at);
    } else {
      warnOfUnknownKey(findings, at, key, known);
    }
  }
}

/** An empty key asks for nothing, so nothing is lost without it. */
function asksForSomething(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isMapping(value) ? Object.keys(value).length > 0 : !isAbsent(value);
}

/** Warns of a key that has no meaning at its place, with the place or the spelling that was likely meant. */
export function warnOfUnknownKey(
  findings: Findings,
  at: string,
  key: string,
  known: readonly string[],
): void {
  const place = placeOf(key);
  const nearest = nearestKey(key, known);
  if (place !== undefined) {
    addWarning(
      findings,
      'CONFIG_KEY_MISPLACED',
      at,
      `found a key that has no effect here; it belongs to ${place}`,
    );
  } else {
    addWarning(
      findings,
      'CONFIG_KEY_UNKNOWN',
      at,
      `found an unknown key, which has no effect${nearest === undefined ? '; remove it' : `; did you mean ${nearest}?`}`,
    );
  }
}
