import type {
  DeliverSegmentInput,
  DeliveryReceipt,
  FetchSegmentInput,
  SegmentReceipt,
} from './receipts.js';

/** What workflows may ask of a worker; `activities/` implements it. Receipts are small and hold no event. */
export interface CollectorActivities {
  /** Reads one window (or a lower part of it) into one segment on this host. Task queue `<prefix>`. */
  fetchSegment(input: FetchSegmentInput): Promise<SegmentReceipt>;
  /** Sends one segment to one output and confirms it. Task queue of the segment's host. */
  deliverSegment(input: DeliverSegmentInput): Promise<DeliveryReceipt>;
}
