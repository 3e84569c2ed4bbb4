import type { DeliverSegmentInput, FetchSegmentInput } from '../../src/pull/receipts.js';
import type { TimeWindow } from '../../src/pull/window.js';
import { delivered, receiptFor } from './stream-harness.js';

/** Activities that note what they were asked and answer with so many events per window. */
export function recording(eventsOf: (window: TimeWindow) => number = () => 1) {
  const fetched: FetchSegmentInput[] = [];
  const sent: DeliverSegmentInput[] = [];
  let queue = '';
  return {
    fetched,
    sent,
    on(taskQueue: string) {
      queue = taskQueue;
    },
    activities: {
      fetchSegment: (input: FetchSegmentInput) => {
        fetched.push(input);
        return Promise.resolve(receiptFor(input, queue, eventsOf(input.window)));
      },
      deliverSegment: (input: DeliverSegmentInput) => {
        sent.push(input);
        return Promise.resolve(delivered(input));
      },
    },
  };
}
