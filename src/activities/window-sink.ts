import type { CollectorConfig } from '../config/model.js';
import type { JsonValue } from '../cortex/json.js';
import type { RowSink } from '../pull/read-window.js';
import type { FetchSegmentInput, TagCount } from '../pull/receipts.js';
import type { SegmentWriter } from '../segments/segment-store.js';
import type { Service } from '../services/service.js';
import type { StreamConfig } from './dependencies.js';
import { createEventFrames } from './event-frames.js';
import { createSifter } from './sifter.js';
import type { Sifted } from './sifter.js';

/** A record as it comes off a page, with the way it has to be written. */
export interface Row {
  readonly record: JsonValue;
  readonly lossless: boolean;
}

/** What went through the sink since it began or restarted. */
export interface SinkCounts extends Sifted {
  readonly byTag: Readonly<Record<string, TagCount>>;
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
  const sifter = createSifter(service, stream, input);
  const startFrames = () =>
    createEventFrames({
      pullingId: input.pullingId,
      host,
      environment: stream.input.environment,
    });
  let frames = startFrames();

  return {
    async rows(rows) {
      const { records, distinct } = sifter.page(rows);
      const made = records.flatMap(({ events, row }) => frames.frame(events(), row.lossless));
      if (made.length > 0) await writer.append(Buffer.concat(made), made.length);
      return distinct;
    },
    async restart() {
      sifter.restart();
      frames = startFrames();
      await writer.restart();
    },
    counts: (readToMs) => ({ ...sifter.sifted(readToMs), byTag: frames.byTag }),
  };
}
