import type { ConfigErrorCode } from './errors.js';
import type { FormatName, NumberFormat } from './formats.js';

/** One key of the config file, as convict takes it (`doc`, `format`, `default`, `env`, `sensitive`). */
export interface Setting {
  readonly doc: string;
  readonly format: FormatName;
  /** undefined: no default. */
  readonly default: string | number | boolean | undefined;
  /** The default in words, where it depends on other keys. */
  readonly defaultText?: string;
  readonly required?: true;
  readonly env?: string;
  /** The variable serves where the file leaves the key out, and never wins over it. */
  readonly envFills?: true;
  /** Environment variable for the output that is made where the file has no `outputs`. */
  readonly envWithoutOutputs?: string;
  /** The value is never printed. */
  readonly sensitive?: true;
  /** Other spellings, taken where the key itself is absent. */
  readonly aliases?: readonly string[];
  /** Code of a value that is not accepted, where it is not the format's. */
  readonly code?: ConfigErrorCode;
  readonly min?: number;
  readonly max?: number;
  /** Of the format `choice`, in lower case. */
  readonly values?: readonly string[];
}

export type Settings = Readonly<Record<string, Setting>>;

/** Why a key of Devo's collectors is refused, and what to do. */
export interface Refusal {
  readonly code: ConfigErrorCode;
  readonly expected: string;
  readonly advice: string;
}

/** One level of the config file: the keys of a mapping. */
export interface Level<S extends Settings = Settings> {
  /** Where it stands, free names as `<name>`. */
  readonly path: string;
  readonly settings: S;
  /** Keys that hold levels of their own. */
  readonly nested: readonly string[];
  /** Keys of Devo's collectors that are accepted and have no meaning here. */
  readonly unused: readonly string[];
  /** Keys whose wish is not granted, so that a config that has one must not start. */
  readonly refused: Readonly<Record<string, Refusal>>;
}

type Raw<S extends Setting> = S extends { format: NumberFormat }
  ? number
  : S extends { format: 'flag' }
    ? boolean
    : S extends { format: 'choice'; values: readonly (infer Choice)[] }
      ? Choice
      : string;

type Value<S extends Setting> = S extends { required: true }
  ? Raw<S>
  : S extends { default: undefined }
    ? Raw<S> | undefined
    : Raw<S>;

/** The values of a level, by key. */
export type Values<S extends Settings> = { readonly [Key in keyof S]: Value<S[Key]> };
