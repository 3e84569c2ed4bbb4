import { condition } from '@temporalio/workflow';
import type { KeySlice } from '../pull/checkpoint.js';
import { withoutKeys } from '../pull/keys.js';
import { keysSinceMs } from '../pull/plan.js';
import { formatDuration } from '../pull/time-text.js';
import { restOf } from '../pull/window.js';
import type { TimeWindow } from '../pull/window.js';
import { cyclePlan, sliceWidthMs } from './plan-settings.js';
import { roundAgain } from '../pull/incident-calls.js';
import { askAll } from './read-incident-alerts.js';
import { fetchSegment } from './read-list.js';
import type { WorkRun } from './work-run.js';
import type { PendingSegment } from './work-state.js';

/**
 * Fetches a lost segment again, for the outputs that lack it, and puts the result in its place; leaves it as
 * it is when `givenUp` says so. `knownKeys`: those of its lane. Records that came in late since then are not
 * remembered: an output that needs no second copy gets them by the next lookback alone.
 */
export async function refetch(
  run: WorkRun,
  item: PendingSegment,
  knownKeys: () => readonly KeySlice[],
  givenUp: () => boolean,
): Promise<void> {
  const { state } = run;
  const fresh =
    item.asked === null
      ? await windowAgain(run, item, knownKeys, givenUp)
      : await incidentsAgain(run, item, item.asked, givenUp);
  if (fresh === null) return;
  // Outputs may have left meanwhile.
  const { outputs } = item;
  const instead = fresh.map((each) => ({ ...each, lost: false, outputs: [...outputs] }));
  state.pending = state.pending.flatMap((each) => (each === item ? instead : [each]));
  state.totals = { ...state.totals, refetched: state.totals.refetched + 1 };
}

async function windowAgain(
  run: WorkRun,
  item: PendingSegment,
  knownKeys: () => readonly KeySlice[],
  givenUp: () => boolean,
): Promise<PendingSegment[] | null> {
  const { state, identity } = run;
  const order = { pullingId: item.pullingId };
  const plan = cyclePlan(identity.stream, state, item.window.toMs);
  const fresh: PendingSegment[] = [];
  let rest: TimeWindow | null = item.window;
  while (rest !== null) {
    if (givenUp()) return null;
    const receipt = await fetchSegment(run, order, {
      window: rest,
      knownKeys: withoutKeys(knownKeys(), item.newKeys),
      keysSinceMs: keysSinceMs(item.window, plan),
      sliceMs: sliceWidthMs(state),
    });
    if (receipt === null || receipt.window.toMs < receipt.window.fromMs) {
      await nextTry(run, givenUp);
      continue;
    }
    if (receipt.segment !== null) {
      fresh.push({ ...item, segment: receipt.segment, window: receipt.window });
    }
    rest = restOf(rest, receipt.window.toMs, plan.overlapMs);
  }
  return fresh;
}

async function incidentsAgain(
  run: WorkRun,
  item: PendingSegment,
  asked: NonNullable<PendingSegment['asked']>,
  givenUp: () => boolean,
): Promise<PendingSegment[] | null> {
  const order = { pullingId: item.pullingId, cut: givenUp, current: () => true };
  // Room is made by deliveries, and the one that waits for this segment holds its output's queue.
  const roomy = { ...run, hasRoom: () => true };
  for (;;) {
    const fresh: PendingSegment[] = [];
    const complete = await askAll(
      roomy,
      order,
      item.window,
      roundAgain(asked),
      ({ segment }, incidents) => {
        if (segment !== null) fresh.push({ ...item, segment, asked: incidents });
      },
    );
    if (complete) return fresh;
    if (givenUp()) return null;
    await nextTry(run, givenUp);
  }
}

async function nextTry({ reader, control }: WorkRun, givenUp: () => boolean): Promise<void> {
  const { wakes } = control;
  // Without an error it waits for the tenant's now.
  const dueMs =
    reader.fetchError === null ? 10_000 : (reader.fetchError.nextTryMs ?? 0) - Date.now();
  const waitMs = Math.max(1, dueMs);
  await condition(() => givenUp() || control.wakes !== wakes, waitMs, {
    summary: `segment again in ${formatDuration(waitMs)}`,
  });
}
