import type { LosslessNumber } from 'lossless-json';

/** JSON as a reply holds it; numbers that a double cannot hold exactly are `LosslessNumber`. */
export type JsonValue =
  string | number | boolean | null | LosslessNumber | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = Record<string, JsonValue>;
