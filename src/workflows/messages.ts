import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { BackfillProgress } from '../pull/backfill.js';
import type { StreamSettings } from '../pull/settings.js';
import type { StreamStatus } from '../pull/status.js';
import type { CollectState } from './state.js';

/** Payload of `resetPersistence`: ISO 8601 or epoch ms; absent: the `start_time` of the config. */
export interface ResetRequest {
  readonly startTime?: string | number;
  /** The same request sent twice is one reset. */
  readonly requestId?: string;
}

/** Start the persistence anew: everything from the start time on is pulled and sent once more. */
export const resetPersistence = defineSignal<[ResetRequest?]>('resetPersistence');
/** Finish the window in hand, then rest until `resume`. */
export const pause = defineSignal('pause');
/** End a pause, or the wait after an error. */
export const resume = defineSignal('resume');
/** Pull at once instead of at the next period. */
export const pullNow = defineSignal('pullNow');
/** Take new settings from the config file; sent by `apply`. */
export const reconfigure = defineSignal<[StreamSettings]>('reconfigure');
/** Deliver what is fetched, then end; sent by `apply` when a service leaves the config. */
export const stop = defineSignal('stop');
/** How far a backfill is; null: it has not begun. */
export const progress = defineQuery<BackfillProgress | null>('progress');
/** Everything the stream remembers: what `apply` goes on with where a run was ended by hand. */
export const state = defineQuery<CollectState>('state');
/** Where the stream stands. */
export const status = defineQuery<StreamStatus>('status');
