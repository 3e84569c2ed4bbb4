import { FORMATS } from './formats.js';
import { LEVELS } from './known-keys.js';
import { OUTPUT_LEVELS } from './output-levels.js';
import type { Level, Setting } from './settings.js';

/** One key of the config file, for its documentation. */
export interface SchemaRow {
  /** Free names as `<name>`, for example `inputs.<name>.credentials.api_key`. */
  readonly path: string;
  /** Output types that have the key; empty: not a key of an output's `config`. */
  readonly outputTypes: readonly string[];
  /** What is accepted, in words. */
  readonly type: string;
  /** As text; undefined where there is none. */
  readonly default: string | undefined;
  readonly required: boolean;
  /** Environment variable that sets it. */
  readonly env: string | undefined;
  /** Environment variable for the output that is made where the file has no `outputs`. */
  readonly envWithoutOutputs: string | undefined;
  readonly secret: boolean;
  /** Other spellings that are accepted. */
  readonly aliases: readonly string[];
  readonly doc: string;
}

/** Every key with a meaning, in the order of the file. */
export function describeSchema(): SchemaRow[] {
  return LEVELS.flatMap((level) =>
    Object.entries(level.settings).map(([key, setting]) => rowOf(level, key, setting)),
  );
}

function rowOf(level: Level, key: string, setting: Setting): SchemaRow {
  const standard = setting.default === undefined ? undefined : String(setting.default);
  return {
    path: `${level.path}.${key}`,
    outputTypes: Object.entries(OUTPUT_LEVELS).flatMap(([type, each]) =>
      each === level ? [type] : [],
    ),
    type: FORMATS[setting.format].expected(setting),
    default: setting.defaultText ?? standard,
    required: setting.required === true,
    env: setting.env,
    envWithoutOutputs: setting.envWithoutOutputs,
    secret: setting.sensitive === true,
    aliases: setting.aliases ?? [],
    doc: setting.doc,
  };
}
