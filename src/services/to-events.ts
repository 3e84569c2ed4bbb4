import { encodeJson, encodeWith, isJsonObject } from '../cortex/json.js';
import type { JsonObject, JsonValue } from '../cortex/json.js';
import type { ServiceConfig } from '../config/model.js';
import { shortKey } from './key.js';
import type { DevoEvent, Service } from './service.js';

/** Why a record is not what its service expects: a list or a plain value, or nothing that names it. */
export type MalformedKind = 'not_an_object' | 'no_key';

/** A record as its service understands it. */
export interface ReadRecord {
  readonly key: string;
  /** undefined where the record has no time of its own; epoch ms. */
  readonly timeMs: number | undefined;
  /** Known by its whole content alone, so that an equal one is another record. */
  readonly byContent: boolean;
  /** Not what the service expects: it goes out as it came; undefined: well-formed. */
  readonly malformed: MalformedKind | undefined;
  /** Made only when the record turns out to be new. */
  readonly events: () => DevoEvent[];
}

/** Reads one record; one without id, or that is no object, is known by its whole content. */
export function readRecord(
  service: Service,
  record: JsonValue,
  lossless: boolean,
  config: ServiceConfig,
): ReadRecord {
  const isObject = isJsonObject(record);
  const timeMs = isObject ? service.timeMs(record, config) : undefined;
  const id = isObject ? service.key(record) : undefined;
  if (!isObject || id === undefined) {
    return {
      key: shortKey(encodeJson(record, lossless)),
      timeMs,
      byContent: true,
      malformed: isObject ? 'no_key' : 'not_an_object',
      events: () => [{ tag: config.tags.main, payload: record }],
    };
  }
  return {
    key: shortKey(id),
    timeMs,
    byContent: service.keyIsContent === true,
    malformed: undefined,
    events: () => service.events(record, config),
  };
}

/** Devo's fields, which every event ends with: `@devo_environment` where the input has one, `@devo_pulling_id`. */
export function envelope(environment: string | undefined, pullingId: number): JsonObject {
  return {
    ...(environment === undefined ? {} : { '@devo_environment': environment }),
    '@devo_pulling_id': String(pullingId),
  };
}

/** The JSON of an event with its envelope; what is no object goes out as it came, without one. */
export function eventJson(
  { payload, added }: DevoEvent,
  lossless: boolean,
  itsEnvelope: JsonObject,
): string {
  if (!isJsonObject(payload)) return encodeJson(payload, lossless);
  return encodeWith(payload, { ...added, ...itsEnvelope }, lossless);
}
