import type { BackfillPlan } from './backfill.js';
import type {
  ChangedIncidents,
  DeliverSegmentInput,
  DeliveryReceipt,
  FetchIncidentAlertsInput,
  FetchSegmentInput,
  IncidentAlertsReceipt,
  ListChangedInput,
  SegmentReceipt,
  VerifyInDevoInput,
} from './receipts.js';
import type { VerifyReceipt } from './verification.js';

/** What workflows may ask of a worker; `activities/` implements it. Receipts are small and hold no event. */
export interface CollectorActivities {
  /** Reads one window (or a lower part of it) into one segment on this host. Task queue `<prefix>`. */
  readonly fetchSegment: (input: FetchSegmentInput) => Promise<SegmentReceipt>;
  /** Lists the incidents modified in a window (or a lower part of it). Task queue `<prefix>`. */
  readonly listChangedIncidents: (input: ListChangedInput) => Promise<ChangedIncidents>;
  /** One call for the alerts of incidents into one segment on this host. Task queue `extraDataQueue`. */
  readonly fetchIncidentAlerts: (input: FetchIncidentAlertsInput) => Promise<IncidentAlertsReceipt>;
  /** Joins what an operator typed with the config of this worker. Task queue `<prefix>`. */
  readonly resolveBackfill: (request: unknown) => Promise<BackfillPlan>;
  /** Sends one segment to one output and confirms it. Task queue of the segment's host. */
  readonly deliverSegment: (input: DeliverSegmentInput) => Promise<DeliveryReceipt>;
  /**
   * Counts what the tables of an output hold of some pulls, one query per table. What Devo answers never makes it
   * fail: it is a verdict. Task queue `<prefix>`.
   */
  readonly verifyInDevo: (input: VerifyInDevoInput) => Promise<VerifyReceipt>;
}
