import type { KeySlice } from './checkpoint.js';
import type { StreamIdentity } from './settings.js';
import type { TimeWindow } from './window.js';

/** Asks for one window of a stream as one segment. */
export interface FetchSegmentInput extends StreamIdentity {
  readonly window: TimeWindow;
  /** Keys already delivered, to be left out. */
  readonly knownKeys: readonly KeySlice[];
  /** Keys of records at or after this time come back in the receipt; epoch ms. */
  readonly keysSinceMs: number;
  /** Width of the slices of those keys. */
  readonly sliceMs: number;
  /** Time of the pull, epoch ms: `@devo_pulling_id`. */
  readonly pullingId: number;
  /** Name the segment gets; the same for a retry, which overwrites. */
  readonly segment: string;
  /** Segments of this workflow still to be delivered; all its other files on this host may go. */
  readonly keep: readonly string[];
  /** Outputs that will get it. */
  readonly outputs: readonly string[];
  readonly priority: 'live' | 'backfill';
}

/** A segment on the disk of one host. */
export interface SegmentRef {
  readonly workflowId: string;
  readonly name: string;
  /** Task queue of the host that has the file. */
  readonly hostQueue: string;
  readonly bytes: number;
  readonly events: number;
  /** CRC-32 of the file, unsigned. */
  readonly crc32: number;
}

/** What one tag has of a segment. */
export interface TagCount {
  readonly events: number;
  /** Bytes of its frames. */
  readonly bytes: number;
}

/** A segment with what it holds. */
export interface Segment extends SegmentRef {
  readonly byTag: Readonly<Record<string, TagCount>>;
}

/** Counts of one read window. */
export interface PullCounts {
  /** Requests made, repeats after errors included. */
  readonly requests: number;
  readonly records: number;
  /** Records left out because their key was known. */
  readonly duplicates: number;
  readonly malformed: number;
  /** Pages that had to be read again because rows moved. */
  readonly rereads: number;
}

export interface SegmentReceipt {
  /** null: the window held nothing new. */
  readonly segment: Segment | null;
  /** How far it read: the window asked for, or a lower part of it. */
  readonly window: TimeWindow;
  readonly counts: PullCounts;
  readonly newKeys: readonly KeySlice[];
  /** Things an operator should know, for example a millisecond fuller than the API can page. */
  readonly warnings: readonly string[];
}

/** Asks for one segment to be sent to one output. */
export interface DeliverSegmentInput extends StreamIdentity {
  readonly segment: Segment;
  readonly output: string;
  /** All outputs that get this segment: the file goes when the last of them has confirmed. */
  readonly outputs: readonly string[];
}

/** How the receiver took a segment (design: delivery, confirmation). */
export type Confirmation = 'close_notify' | 'fin' | 'unconfirmed' | 'http' | 'local';

export interface DeliveryReceipt {
  readonly output: string;
  readonly events: number;
  readonly bytes: number;
  readonly confirmation: Confirmation;
  readonly elapsedMs: number;
}
