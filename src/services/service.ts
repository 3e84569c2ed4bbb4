import type { JsonObject, JsonValue } from '../cortex/json.js';
import type { ServiceConfig } from '../config/model.js';

/** One row as it will stand in a Devo table, before the envelope is added. */
export interface DevoEvent {
  readonly tag: string;
  readonly payload: JsonValue;
  /** Fields that an object goes out with, after its own or in the place of its own. Default none. */
  readonly added?: JsonObject;
}

/** What one service asks of the API and makes of each record. Pure: no I/O, no clock. */
export interface Service {
  /** Path under `/public_api/`, for example `v1/incidents/get_incidents`. */
  path(config: ServiceConfig): string;
  /** The one field that both filters and sorts (facts: filter and sort on the same column). */
  timeField(config: ServiceConfig): string;
  /** Name of the list in `reply`. */
  readonly rowsKey: 'incidents' | 'alerts' | 'data';
  /** The record's time that `timeField` filters on, in epoch ms (may have a fraction); undefined where it has none. */
  timeMs(record: JsonObject, config: ServiceConfig): number | undefined;
  /** What makes the record itself: text unique among the service's records; undefined: malformed. */
  key(record: JsonObject): string | undefined;
  /** The key is the whole content: equal records are several. Default: the key holds an id. */
  readonly keyIsContent?: true;
  /** The events of a well-formed record, in the order they are sent. */
  events(record: JsonObject, config: ServiceConfig): DevoEvent[];
}
