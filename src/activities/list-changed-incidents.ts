import type { ListedIncident } from '../pull/incident-memory.js';
import type { RowSink } from '../pull/read-window.js';
import type { ChangedIncidents, ListChangedInput } from '../pull/receipts.js';
import { LIMITS } from '../pull/limits.js';
import { overlapMsOf } from '../pull/window.js';
import { isJsonObject } from '../cortex/json.js';
import { incidents as service } from '../services/incidents.js';
import { countOf, textOf } from '../services/values.js';
import type { ActivityDependencies, StreamConfig } from './dependencies.js';
import { streamConfig } from './dependencies.js';
import { guarded } from './guarded.js';
import { pageReader, PAGES_AT_ONCE } from './page-reader.js';
import { readSettled } from './read-settled.js';
import { createSifter } from './sifter.js';
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
      const { incidents, newKeys, counts, warnings } = sink.listed(read.window.toMs);
      return {
        incidents,
        newKeys,
        counts: { ...counts, requests: read.requests, rereads: read.rereads },
        window: read.window,
        reachedNow: read.reachedNow,
        warnings: [...read.warnings, ...warnings],
      };
    });
}

/** Keeps the latest version of each incident; one without an id cannot be asked for (`incidents` sends it raw). */
function createListSink(input: ListChangedInput, stream: StreamConfig) {
  const sifter = createSifter(service, stream, input);
  let byId = new Map<string, ListedIncident>();

  const sink: RowSink<Row> = {
    rows(rows) {
      const { records, distinct } = sifter.page(rows);
      for (const { row, timeMs } of records) {
        const { record } = row;
        const id = isJsonObject(record) ? textOf(record.incident_id) : undefined;
        if (id === undefined || !isJsonObject(record)) continue;
        const listed = {
          ...{ id, modifiedMs: timeMs ?? null },
          alertCount: countOf(record.alert_count) ?? null,
        };
        // Pages may be read in any order.
        if ((byId.get(id)?.modifiedMs ?? 0) <= (timeMs ?? Infinity)) byId.set(id, listed);
      }
      return Promise.resolve(distinct);
    },
    restart() {
      sifter.restart();
      byId = new Map();
      return Promise.resolve();
    },
  };
  return {
    ...sink,
    listed(readToMs: number) {
      const { records, duplicates, malformed, newKeys, warnings } = sifter.sifted(readToMs);
      const counts = { records, duplicates, malformed };
      return { incidents: [...byId.values()], counts, newKeys, warnings };
    },
  };
}
