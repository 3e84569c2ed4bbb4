import { keysToKeep, knownKeySet } from '../pull/keys.js';
import type { KeyEntry } from '../pull/keys.js';
import type { ListedIncident } from '../pull/incident-memory.js';
import type { RowSink } from '../pull/read-window.js';
import type { ChangedIncidents, ListChangedInput } from '../pull/receipts.js';
import { LIMITS } from '../pull/limits.js';
import { overlapMsOf } from '../pull/window.js';
import { isJsonObject } from '../cortex/json.js';
import { incidents as service } from '../services/incidents.js';
import { readRecord } from '../services/to-events.js';
import { numberOf, textOf } from '../services/values.js';
import type { ActivityDependencies, StreamConfig } from './dependencies.js';
import { streamConfig } from './dependencies.js';
import { guarded } from './guarded.js';
import { pageReader, PAGES_AT_ONCE } from './page-reader.js';
import { readSettled } from './read-settled.js';
import type { Row } from './window-sink.js';

const ACTIVITY = { activity: 'listChangedIncidents', atStop: 'give up' } as const;

/** Makes the activity that lists what was modified in a window; read whole, so that nothing skews its pages. */
export function createListChangedIncidents(deps: ActivityDependencies) {
  return async (input: ListChangedInput): Promise<ChangedIncidents> =>
    await guarded(deps, ACTIVITY, input, async ({ signal }) => {
      const stream = streamConfig(deps.config(), input, null);
      const { priority } = input;
      const client = deps.client(stream.input);
      const readPage = pageReader(client, service, stream, { signal, priority });
      const sink = createListSink(input, stream);
      const { settleMs } = stream.service;
      const read = await readSettled(input.window, client, settleMs, readPage, sink, {
        maxRows: LIMITS.incidents,
        concurrency: PAGES_AT_ONCE,
        overlapMs: overlapMsOf(input.stream),
      });
      const { incidents, newKeys, ...counts } = sink.listed(read.window.toMs);
      return {
        incidents,
        newKeys,
        counts: { ...counts, requests: read.requests, rereads: read.rereads },
        window: read.window,
        reachedNow: read.reachedNow,
        warnings: read.warnings,
      };
    });
}

/** Keeps the latest version of each incident; one without an id cannot be asked for (`incidents` sends it raw). */
function createListSink(input: ListChangedInput, stream: StreamConfig) {
  const known = knownKeySet(input.knownKeys);
  let seen = new Set<string>();
  let fresh: KeyEntry[] = [];
  let byId = new Map<string, ListedIncident>();
  let tally = { duplicates: 0, malformed: 0 };

  function take({ record, lossless }: Row): void {
    const { key, timeMs, malformed } = readRecord(service, record, lossless, stream.service);
    if (seen.has(key)) return;
    seen.add(key);
    if (known.has(key)) {
      tally.duplicates += 1;
      return;
    }
    const id = isJsonObject(record) ? textOf(record.incident_id) : undefined;
    if (malformed !== undefined) tally.malformed += 1;
    fresh.push({ key, timeMs: timeMs ?? input.window.toMs });
    if (id === undefined || !isJsonObject(record)) return;
    // Rows come in ascending order, so a later version takes the place of an earlier one.
    byId.set(id, {
      id,
      modifiedMs: timeMs ?? null,
      alertCount: numberOf(record.alert_count) ?? null,
    });
  }

  const sink: RowSink<Row> = {
    rows(rows) {
      rows.forEach(take);
      return Promise.resolve();
    },
    restart() {
      seen = new Set();
      fresh = [];
      byId = new Map();
      tally = { duplicates: 0, malformed: 0 };
      return Promise.resolve();
    },
  };
  return {
    ...sink,
    listed: (readToMs: number) => ({
      incidents: [...byId.values()],
      records: seen.size,
      ...tally,
      newKeys: keysToKeep(fresh, { sinceMs: input.keysSinceMs, readToMs, sliceMs: input.sliceMs }),
    }),
  };
}
