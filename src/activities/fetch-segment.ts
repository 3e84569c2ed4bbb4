import { Context } from '@temporalio/activity';
import { LIMITS } from '../pull/limits.js';
import { overlapMsOf } from '../pull/window.js';
import type { FetchSegmentInput, SegmentReceipt } from '../pull/receipts.js';
import { SERVICES } from '../services/registry.js';
import type { MalformedKind } from '../services/to-events.js';
import type { ActivityDependencies } from './dependencies.js';
import { streamConfig } from './dependencies.js';
import { guarded } from './guarded.js';
import { pageReader, PAGES_AT_ONCE } from './page-reader.js';
import { readSettled } from './read-settled.js';
import { createWindowSink } from './window-sink.js';

const ACTIVITY = { activity: 'fetchSegment', atStop: 'give up' } as const;

/** Makes the activity that pages one window and writes what is new in it as one segment on this host. */
export function createFetchSegment(deps: ActivityDependencies) {
  return async (input: FetchSegmentInput): Promise<SegmentReceipt> =>
    await guarded(deps, ACTIVITY, input, async ({ signal }) => {
      const startedMs = Date.now();
      deps.observer.onFetching(input);
      const config = deps.config();
      const stream = streamConfig(config, input, input.timeField);
      const service = SERVICES[stream.service.service];
      const client = deps.client(stream.input);
      const { workflowId } = Context.current().info.workflowExecution ?? { workflowId: 'none' };
      await deps.segments.keepOnly(workflowId, input.keep);
      const writer = await deps.segments.create(workflowId, input.segment);
      try {
        const { priority } = input;
        const readPage = pageReader(client, service, stream, { signal, priority });
        const sink = createWindowSink(input, service, stream, config.name, writer);
        const { settleMs } = stream.service;
        const read = await readSettled(input.window, client, settleMs, readPage, sink, {
          maxRows: LIMITS.segmentRows,
          concurrency: PAGES_AT_ONCE,
          overlapMs: overlapMsOf(input.stream),
        });
        const stored = await writer.commit();
        const { byTag, newKeys, malformedByKind, warnings, ...counts } = sink.counts(
          read.window.toMs,
        );
        const receipt: SegmentReceipt = {
          counts: { ...counts, requests: read.requests, rereads: read.rereads },
          window: read.window,
          reachedNow: read.reachedNow,
          warnings: [...read.warnings, ...warnings, ...malformedWarnings(malformedByKind)],
          segment: stored === null ? null : { ...stored, byTag },
          newKeys,
        };
        deps.observer.onFetched(input, receipt, Date.now() - startedMs, malformedByKind);
        return receipt;
      } catch (error) {
        await writer.abort();
        throw error;
      }
    });
}

function malformedWarnings(byKind: Readonly<Record<MalformedKind, number>>): string[] {
  return Object.entries(byKind)
    .filter(([, records]) => records > 0)
    .map(
      ([kind]) =>
        `RECORD_MALFORMED: found records that are not what this service expects (${kind}); they went out as they came`,
    );
}
