import { proxyActivities } from '@temporalio/workflow';
import type { CollectorActivities } from '../pull/activity-contract.js';
import type { SegmentReceipt, WindowRequest } from '../pull/receipts.js';
import { formatWindow } from '../pull/time-text.js';
import { attempt, countFetched, toPending, triesOf } from './work-run.js';
import type { Lane, PartRead, WorkRun } from './work-run.js';

/** The tenant knows `creation_time` only: no error of the stream's, it is asked by that from then on. */
const TIME_FIELD_REFUSED = 'CORTEX_TIME_FIELD_REFUSED';

/** Reads one window of a list call into one segment; null when it failed for now. */
export async function readList(
  run: WorkRun,
  lane: Lane,
  request: WindowRequest,
): Promise<PartRead | null> {
  const receipt = await fetchSegment(run, lane, request);
  if (receipt === null) return null;
  run.state.pending.push(...toPending(run, lane, receipt, null));
  const { window, reachedNow, newKeys, counts } = receipt;
  return { window, reachedNow, newKeys, records: counts.records };
}

/** One `fetchSegment`, by another time field where the tenant refused the usual one. */
export async function fetchSegment(
  run: WorkRun,
  lane: Pick<Lane, 'pullingId'>,
  request: WindowRequest,
): Promise<SegmentReceipt | null> {
  const { state, identity, priority, reader } = run;
  const activities = proxyActivities<CollectorActivities>({
    taskQueue: state.settings.taskQueuePrefix,
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: '30 seconds',
    retry: {
      initialInterval: '1 second',
      maximumInterval: '30 seconds',
      maximumAttempts: triesOf(reader),
    },
  });
  const receipt = await attempt(run, () =>
    activities.fetchSegment.executeWithOptions(
      { summary: `${identity.stream} ${formatWindow(request.window, Date.now())}` },
      [
        {
          ...identity,
          ...request,
          pullingId: lane.pullingId,
          segment: `${lane.pullingId}-${request.window.fromMs}`,
          keep: state.pending.map((item) => item.segment.name),
          timeField: state.timeField,
          priority,
        },
      ],
    ),
  );
  if (receipt === null && reader.fetchError?.code === TIME_FIELD_REFUSED) {
    state.timeField = 'creation_time';
    reader.fetchError = null;
    return await fetchSegment(run, lane, request);
  }
  if (receipt !== null) countFetched(state, receipt);
  return receipt;
}
