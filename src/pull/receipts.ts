import type { KeySlice } from './checkpoint.js';
import type { AskedIncident, KnownIncident, ListedIncident } from './incident-memory.js';
import type { StreamIdentity, TimeField } from './settings.js';
import type { PendingPull } from './verification.js';
import type { TimeWindow } from './window.js';

/** Whose turn it is in the input's limiter when many wait: live pulls go first. */
export type Priority = 'live' | 'backfill';

/** Which window is read, and which of its records are known. */
export interface WindowRequest {
  readonly window: TimeWindow;
  /** The window as whoever reads the history reads it. */
  readonly windowIso: string;
  /** Keys already delivered, to be left out. */
  readonly knownKeys: readonly KeySlice[];
  /** Keys of records at or after this time come back in the receipt; epoch ms. */
  readonly keysSinceMs: number;
  /** Width of the slices of those keys. */
  readonly sliceMs: number;
}

/** The segment that a fetching activity is to write. */
export interface SegmentRequest {
  /** Time of the pull, epoch ms: `@devo_pulling_id`. */
  readonly pullingId: number;
  /** Name the segment gets; the same for a retry, which overwrites. */
  readonly segment: string;
  /** Segments of this workflow still to be delivered; its other old files on this host may go. */
  readonly keep: readonly string[];
}

/** Asks for one window of a stream as one segment. */
export interface FetchSegmentInput extends StreamIdentity, WindowRequest, SegmentRequest {
  readonly priority: Priority;
  /** What the tenant refused the usual time field for; null: as the config has it. */
  readonly timeField: TimeField | null;
}

/** Asks which incidents of a window changed. */
export interface ListChangedInput extends StreamIdentity, WindowRequest {
  readonly priority: Priority;
}

/** Asks for the alerts of some incidents as one segment: one call of the API. */
export interface FetchIncidentAlertsInput extends StreamIdentity, SegmentRequest {
  /** `batch`: all in one call; `single`: one incident, with all its alerts. */
  readonly call: 'batch' | 'single';
  readonly incidents: readonly AskedIncident[];
  /** Where they were listed; for reports. */
  readonly window: TimeWindow;
  readonly priority: Priority;
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
  /** How far it read: the window asked for, or a lower part of it; it ends before it begins where that is nothing. */
  readonly window: TimeWindow;
  /** It ends at the tenant's now, less settle: nothing behind it can be read yet, and the pull is up to date. */
  readonly reachedNow: boolean;
  readonly counts: PullCounts;
  readonly newKeys: readonly KeySlice[];
  /** Things an operator should know, for example a millisecond fuller than the API can page. */
  readonly warnings: readonly string[];
}

/** The incidents of a window, each with its latest version. */
export interface ChangedIncidents {
  readonly incidents: readonly ListedIncident[];
  /** How far it read: the window asked for, or a lower part of it; it ends before it begins where that is nothing. */
  readonly window: TimeWindow;
  /** It ends at the tenant's now, less settle: nothing behind it can be read yet, and the pull is up to date. */
  readonly reachedNow: boolean;
  readonly counts: PullCounts;
  readonly newKeys: readonly KeySlice[];
  readonly warnings: readonly string[];
}

export interface IncidentAlertsReceipt {
  /** null: nothing new in it. */
  readonly segment: Segment | null;
  readonly window: TimeWindow;
  readonly counts: PullCounts;
  /** Incidents that need no further call, as the memory keeps them. */
  readonly taken: readonly KnownIncident[];
  /** Incidents that need a call of their own: more alerts than the batch shows, or not shown at all. */
  readonly leftOut: readonly AskedIncident[];
  /** The tenant does not have the batch call. */
  readonly batchMissing: boolean;
  readonly warnings: readonly string[];
}

/** Asks for one segment to be sent to one output. */
export interface DeliverSegmentInput extends StreamIdentity {
  /** Time of the pull that fetched it, epoch ms. */
  readonly pullingId: number;
  readonly segment: Segment;
  readonly output: string;
  /** All outputs that get this segment: the file goes when the last of them has confirmed. */
  readonly outputs: readonly string[];
}

/** Asks how much of some pulls the tables of an output hold. */
export interface VerifyInDevoInput extends StreamIdentity {
  readonly output: string;
  readonly pulls: readonly PendingPull[];
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
