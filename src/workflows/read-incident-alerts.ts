import { condition, proxyActivities } from '@temporalio/workflow';
import type { CollectorActivities } from '../pull/activity-contract.js';
import { incidentsToAsk, rememberIncidents } from '../pull/incident-memory.js';
import type { AskedIncident } from '../pull/incident-memory.js';
import { LIMITS } from '../pull/limits.js';
import type { ReadOutcome } from '../pull/plan.js';
import type { IncidentAlertsReceipt, WindowRequest } from '../pull/receipts.js';
import { extraDataQueue } from '../pull/task-queues.js';
import { formatWindow } from '../pull/time-text.js';
import type { TimeWindow } from '../pull/window.js';
import { attempt, countFetched, toPending, triesOf } from './work-run.js';
import type { Lane, WorkRun } from './work-run.js';

/** How long a tenant that lacks the batch call counts as one without it. */
const NO_BATCH_MS = 24 * 3_600_000;
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
): Promise<ReadOutcome | null> {
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
  const { fetchError: earlier } = reader;
  const listed = await attempt(run, () =>
    listChangedIncidents.executeWithOptions(
      { summary: `incidents changed ${formatWindow(request.window, Date.now())}` },
      [{ ...identity, ...request, priority }],
    ),
  );
  if (listed === null) return null;
  const { window, newKeys, counts, warnings } = listed;
  // Its records are incidents, which another stream sends: here only the requests count.
  const listing = { ...counts, records: 0, duplicates: 0, malformed: 0 };
  countFetched(state, { segment: null, window, counts: listing, warnings });
  const asked = incidentsToAsk(listed.incidents, state.incidents);
  // That the list could be read does not mean that these calls go well again.
  if (asked.length > 0) reader.fetchError = earlier;
  const complete = await askAll(run, lane, window, asked, (receipt, incidents) => {
    if (lane.current()) state.incidents = rememberIncidents(state.incidents, receipt.taken);
    state.pending.push(...toPending(run, lane, { ...receipt, newKeys: [] }, incidents));
    run.changed();
  });
  return complete ? { window, newKeys, records: counts.records } : null;
}

/** What became of one call: the receipt, and the incidents that it took. */
type Take = (receipt: IncidentAlertsReceipt, incidents: readonly AskedIncident[]) => void;

/** Where the calls belong, and when they are to end. */
type Order = Pick<Lane, 'pullingId' | 'cut'>;

/** Asks in batches, then one by one for what these leave out; false when a call failed or the lane was cut. */
export async function askAll(
  run: WorkRun,
  order: Order,
  window: TimeWindow,
  incidents: readonly AskedIncident[],
  take: Take,
): Promise<boolean> {
  const { state } = run;
  const singly: AskedIncident[] = [];
  for (let at = 0; at < incidents.length; at += LIMITS.pageRows) {
    const batch = incidents.slice(at, at + LIMITS.pageRows);
    const hasBatch = state.noBatchUntilMs === null || state.noBatchUntilMs <= Date.now();
    if (!hasBatch) {
      singly.push(...batch);
      continue;
    }
    const receipt = await askOnce(run, order, window, 'batch', batch);
    if (receipt === null) return false;
    state.noBatchUntilMs = receipt.batchMissing ? Date.now() + NO_BATCH_MS : null;
    const left = new Set(receipt.leftOut.map(({ id }) => id));
    singly.push(...receipt.leftOut);
    take(
      receipt,
      batch.filter(({ id }) => !left.has(id)),
    );
  }
  for (const incident of singly) {
    const receipt = await askOnce(run, order, window, 'single', [incident]);
    if (receipt === null) return false;
    take(receipt, [incident]);
  }
  return true;
}

async function askOnce(
  run: WorkRun,
  { pullingId, cut }: Order,
  window: TimeWindow,
  call: 'batch' | 'single',
  incidents: readonly AskedIncident[],
): Promise<IncidentAlertsReceipt | null> {
  const { state, identity, priority, reader } = run;
  await condition(() => run.hasRoom() || cut());
  if (cut()) return null;
  const { fetchIncidentAlerts } = proxyActivities<CollectorActivities>({
    taskQueue: extraDataQueue(state.settings.taskQueuePrefix, identity),
    // From the start on: the wait for the quota before it may take minutes.
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '30 seconds',
    retry: {
      initialInterval: '5 seconds',
      maximumInterval: '1 minute',
      // Two at first: a quota counted by the minute refuses now and then, and what lasts is soon in the status.
      maximumAttempts: reader.fetchError === null ? 2 : 10,
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
          // Named after an incident: another try of the window asks for others and must not overwrite this.
          segment: `${pullingId}-${window.fromMs}-${call}-${first}`,
          keep: state.pending.map((item) => item.segment.name),
          priority,
        },
      ],
    ),
  );
  if (receipt !== null) countFetched(state, receipt);
  return receipt;
}
