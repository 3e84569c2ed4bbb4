import type { CollectorConfig } from '../config/model.js';
import type { JsonValue } from '../cortex/json.js';
import type { KeySlice } from '../pull/checkpoint.js';
import { keysToKeep, knownKeySet } from '../pull/keys.js';
import type { KeyEntry } from '../pull/keys.js';
import type { RowSink } from '../pull/read-window.js';
import type { FetchSegmentInput, TagCount } from '../pull/receipts.js';
import type { SegmentWriter } from '../segments/segment-store.js';
import { readRecord } from '../services/to-events.js';
import type { MalformedKind } from '../services/to-events.js';
import type { Service } from '../services/service.js';
import type { StreamConfig } from './dependencies.js';
import { createEventFrames } from './event-frames.js';

/** A record as it comes off a page, with the way it has to be written. */
export interface Row {
  readonly record: JsonValue;
  readonly lossless: boolean;
}

const NONE_MALFORMED: Readonly<Record<MalformedKind, number>> = { not_an_object: 0, no_key: 0 };

/** What went through the sink since it began or restarted. */
export interface SinkCounts {
  readonly records: number;
  readonly duplicates: number;
  readonly malformed: number;
  readonly malformedByKind: Readonly<Record<MalformedKind, number>>;
  readonly byTag: Readonly<Record<string, TagCount>>;
  readonly newKeys: KeySlice[];
}

export interface WindowSink extends RowSink<Row> {
  /** `readToMs`: end of the window as far as it was read, epoch ms. */
  counts(readToMs: number): SinkCounts;
}

/** Turns the rows of one window into frames, each record once, and writes them page by page. */
export function createWindowSink(
  input: FetchSegmentInput,
  service: Service,
  stream: StreamConfig,
  host: CollectorConfig['name'],
  writer: SegmentWriter,
): WindowSink {
  const known = knownKeySet(input.knownKeys);
  const startFrames = () =>
    createEventFrames({
      pullingId: input.pullingId,
      host,
      environment: stream.input.environment,
    });
  let seen = new Set<string>();
  let fresh: KeyEntry[] = [];
  let tally = { duplicates: 0, malformed: 0 };
  let malformedByKind = { ...NONE_MALFORMED };
  let frames = startFrames();

  function framesOf({ record, lossless }: Row): Buffer[] {
    const read = readRecord(service, record, lossless, stream.service);
    if (seen.has(read.key)) return [];
    seen.add(read.key);
    if (known.has(read.key)) {
      tally.duplicates += 1;
      return [];
    }
    if (read.malformed !== undefined) {
      tally.malformed += 1;
      malformedByKind[read.malformed] += 1;
    }
    const timeMs = read.timeMs ?? input.window.toMs;
    fresh.push({ key: read.key, timeMs });
    return frames.frame(read.events(), lossless);
  }

  return {
    async rows(rows) {
      const made = rows.flatMap(framesOf);
      if (made.length > 0) await writer.append(Buffer.concat(made), made.length);
    },
    async restart() {
      seen = new Set();
      fresh = [];
      tally = { duplicates: 0, malformed: 0 };
      malformedByKind = { ...NONE_MALFORMED };
      frames = startFrames();
      await writer.restart();
    },
    counts: (readToMs) => ({
      records: seen.size,
      ...tally,
      malformedByKind,
      byTag: frames.byTag,
      newKeys: keysToKeep(fresh, {
        sinceMs: input.keysSinceMs,
        readToMs,
        sliceMs: input.sliceMs,
      }),
    }),
  };
}
