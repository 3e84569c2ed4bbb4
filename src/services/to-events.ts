import { encodeJson, isJsonObject } from '../cortex/json.js';
import type { JsonValue } from '../cortex/json.js';
import type { ServiceConfig } from '../config/model.js';
import { shortKey } from './key.js';
import type { DevoEvent, Service } from './service.js';

/** A record as its service understands it. */
export interface ReadRecord {
  readonly key: string;
  /** undefined where the record has no time of its own; epoch ms. */
  readonly timeMs: number | undefined;
  /** Not what the service expects: it goes out as it came. */
  readonly malformed: boolean;
  /** Made only when the record turns out to be new. */
  events(): DevoEvent[];
}

/** Reads one record; one without id, or that is no object, is known by its whole content. */
export function readRecord(
  service: Service,
  record: JsonValue,
  lossless: boolean,
  config: ServiceConfig,
): ReadRecord {
  const id = isJsonObject(record) ? service.key(record) : undefined;
  if (!isJsonObject(record) || id === undefined) {
    return {
      key: shortKey(encodeJson(record, lossless)),
      timeMs: isJsonObject(record) ? service.timeMs(record) : undefined,
      malformed: true,
      events: () => [{ tag: config.tags.main, payload: record }],
    };
  }
  return {
    key: shortKey(id),
    timeMs: service.timeMs(record),
    malformed: false,
    events: () => service.events(record, config),
  };
}

/** Adds Devo's fields, last: `@devo_environment` where the input has one, then `@devo_pulling_id`. */
export function withEnvelope(
  payload: JsonValue,
  environment: string | undefined,
  pullingId: number,
): JsonValue {
  if (!isJsonObject(payload)) return payload;
  return {
    ...payload,
    ...(environment === undefined ? {} : { '@devo_environment': environment }),
    '@devo_pulling_id': String(pullingId),
  };
}
