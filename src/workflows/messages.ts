import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BackfillProgress } from '../pull/backfill.js';
import type { ResetRequest } from '../pull/requests.js';
import type { StreamSettings } from '../pull/settings.js';
import type { StreamStatus } from '../pull/status.js';
import type { Work } from '../pull/work.js';

export type { ResetRequest } from '../pull/requests.js';

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

/** The same as updates: they answer what comes of them, or refuse, and need a worker. */
export const UPDATES = {
  resetPersistence: defineUpdate<string, [ResetRequest]>('resetPersistence'),
  pause: defineUpdate<string>('pause'),
  resume: defineUpdate<string>('resume'),
  pullNow: defineUpdate<string>('pullNow'),
} as const;

/** How far a backfill is; null: it has not begun. */
export const progress = defineQuery<BackfillProgress | null>('progress');
/** Where the stream stands. */
export const status = defineQuery<StreamStatus>('status');
/** Everything that the work remembers: a stream that ended goes on from it. Null: a backfill that has not begun. */
export const state = defineQuery<Work | null>('state');
