import { condition, proxyActivities } from '@temporalio/workflow';
import type { CollectorActivities } from '../pull/activity-contract.js';
import {
  afterAnswer,
  afterFailure,
  beginRound,
  EMPTY_BOOK,
  endRound,
  givenUpWarning,
  nextCall,
  owedWarnings,
  owesTooMuch,
} from '../pull/incident-calls.js';
import type { IncidentCall, IncidentRound } from '../pull/incident-calls.js';
import type { AskedIncident } from '../pull/incident-memory.js';
import type { IncidentAlertsReceipt, WindowRequest } from '../pull/receipts.js';
import type { StreamError } from '../pull/status.js';
import { extraDataQueue } from '../pull/task-queues.js';
import { formatWindow } from '../pull/time-text.js';
import type { TimeWindow } from '../pull/window.js';
import { waitAfterFailureMs } from '../pull/backoff.js';
import { attempt, countFetched, toPending, triesOf } from './work-run.js';
import type { Lane, PartRead, WorkRun } from './work-run.js';
import { addWarnings } from './work-state.js';

/** Priority of live calls before backfills on the one queue that both share; 1 is first, 5 last. */
const PRIORITY_KEYS = { live: 2, backfill: 4 } as const;

/**
 * Lists the incidents of a window and asks for the alerts of those that changed, some calls' segments; null
 * when it failed or was cut. The incidents taken by then are remembered, so that the next try of the same
 * window asks only for the others.
 */
export async function readIncidentAlerts(
  run: WorkRun,
  lane: Lane,
  request: WindowRequest,
): Promise<PartRead | null> {
  const { state, identity, priority, reader } = run;
  const { listChangedIncidents } = proxyActivities<CollectorActivities>({
    taskQueue: state.settings.taskQueuePrefix,
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: '30 seconds',
    retry: {
      initialInterval: '1 second',
      maximumInterval: '30 seconds',
      maximumAttempts: triesOf(reader),
    },
  });
  const take: Take = (receipt, incidents) => {
    state.pending.push(...toPending(run, lane, { ...receipt, newKeys: [] }, incidents));
    run.changed();
  };
  if (owesTooMuch(state.incidents) !== null) {
    const due = beginRound(state.incidents, [], Date.now());
    if (!(await askAll(run, lane, request.window, due, take))) return null;
    const error = owesTooMuch(state.incidents);
    if (error !== null) {
      const failures = (reader.fetchError?.failures ?? 0) + 1;
      const atMs = Date.now();
      const nextTryMs = atMs + waitAfterFailureMs(failures, false);
      reader.fetchError = { ...error, atMs, failures, nextTryMs };
      return null;
    }
  }
  const { fetchError: earlier } = reader;
  const listed = await attempt(run, () =>
    listChangedIncidents.executeWithOptions(
      { summary: `incidents changed ${formatWindow(request.window, Date.now())}` },
      [{ ...identity, ...request, priority }],
    ),
  );
  if (listed === null) return null;
  const { window, reachedNow, newKeys, counts, warnings } = listed;
  // Its records are incidents, which another stream sends: here only the requests count.
  const listing = { ...counts, records: 0, duplicates: 0, malformed: 0 };
  countFetched(state, { segment: null, window, counts: listing, warnings });
  const round = beginRound(state.incidents, listed.incidents, Date.now());
  // That the list could be read does not mean that these calls go well again.
  if (nextCall(state.incidents, round, Date.now()) !== null) reader.fetchError = earlier;
  const complete = await askAll(run, lane, window, round, take);
  return complete ? { window, reachedNow, newKeys, records: counts.records } : null;
}

/** What became of one call: the receipt, and the incidents that it took. */
type Take = (receipt: IncidentAlertsReceipt, incidents: readonly AskedIncident[]) => void;

/** Where the calls belong, and when they are to end. */
type Order = Pick<Lane, 'pullingId' | 'cut' | 'current'>;

/** Makes the calls of a round; false when the stream has to wait before the next try, or the lane was cut. */
export async function askAll(
  run: WorkRun,
  order: Order,
  window: TimeWindow,
  begun: IncidentRound,
  take: Take,
): Promise<boolean> {
  const { state, reader } = run;
  let round = begun;
  let lastError: StreamError | null = null;
  for (;;) {
    const call = nextCall(state.incidents, round, Date.now());
    if (call === null) break;
    const earlier = reader.fetchError;
    const receipt = await askOnce(run, order, window, call);
    if (receipt === 'cut') return false;
    // A reset began a new book.
    const { current } = order;
    const progress = { book: current() ? state.incidents : EMPTY_BOOK, round };
    if (receipt === null) {
      lastError = reader.fetchError;
      if (lastError === null) return false;
      const after = afterFailure(progress, call, lastError, Date.now());
      if (current()) state.incidents = after.book;
      round = after.round;
      if (after.wait) return false;
      reader.fetchError = earlier;
      continue;
    }
    const after = afterAnswer(progress, call, receipt, Date.now());
    if (current()) state.incidents = after.book;
    round = after.round;
    if (after.givenUp.length > 0) addWarnings(state, [givenUpWarning(after.givenUp)]);
    const shown = new Set(receipt.taken.map(({ id }) => id));
    take(
      receipt,
      call.incidents.filter(({ id }) => shown.has(id)),
    );
  }
  const end = endRound({ book: state.incidents, round }, Date.now());
  if (order.current()) state.incidents = end.book;
  addWarnings(state, owedWarnings(state.incidents));
  if (!end.complete) reader.fetchError = lastError;
  return end.complete;
}

async function askOnce(
  run: WorkRun,
  { pullingId, cut }: Order,
  window: TimeWindow,
  { call, incidents }: IncidentCall,
): Promise<IncidentAlertsReceipt | 'cut' | null> {
  const { state, identity, priority, reader } = run;
  await condition(() => run.hasRoom() || cut());
  if (cut()) return 'cut';
  const { fetchIncidentAlerts } = proxyActivities<CollectorActivities>({
    taskQueue: extraDataQueue(state.settings.taskQueuePrefix, identity),
    // From the start on: the wait for the quota before it may take minutes.
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '30 seconds',
    retry: {
      initialInterval: '5 seconds',
      maximumInterval: '1 minute',
      // Two at first: a quota counted by the minute refuses now and then, and what lasts is soon in the status.
      maximumAttempts: reader.fetchError === null ? 2 : 3,
    },
    priority: { priorityKey: PRIORITY_KEYS[priority] },
  });
  const first = incidents[0]?.id ?? '';
  const receipt = await attempt(run, () =>
    fetchIncidentAlerts.executeWithOptions(
      {
        summary:
          call === 'single'
            ? `alerts of incident ${first}`
            : `alerts of ${incidents.length} incidents`,
      },
      [
        {
          ...identity,
          call,
          incidents,
          window,
          pullingId,
          // Another call of the same pull may ask for the same incident and must not overwrite this.
          segment: `${pullingId}-${window.fromMs}-${call}-${first}-${state.totals.requests}`,
          keep: state.pending.map((item) => item.segment.name),
          priority,
        },
      ],
    ),
  );
  if (receipt !== null) countFetched(state, receipt);
  return receipt;
}
