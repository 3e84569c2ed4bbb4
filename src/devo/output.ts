import type { DeliveryReceipt } from '../pull/receipts.js';
import type { SegmentSource } from '../segments/segment-store.js';

export interface DeliverOptions {
  readonly signal: AbortSignal;
  /** Ends tries while nothing is under way, with the error of the last one; aborted no later than `signal`. */
  readonly tries: AbortSignal;
}

/** One destination of events. */
export interface Output {
  readonly name: string;
  readonly type: string;
  /**
   * Sends a segment and waits for the confirmation. One call makes the connecting and sending retries
   * of Devo's config keys; what it raises (a CollectorError with a `DEVO_` code) means the segment
   * counts as not delivered.
   */
  deliver(source: SegmentSource, options: DeliverOptions): Promise<DeliveryReceipt>;
  /** Connects without sending an event: certificates, host name, token. Raises like `deliver`. */
  check(signal: AbortSignal): Promise<void>;
}
