import {
  afterAnswer,
  afterFailure,
  beginRound,
  endRound,
  givenUpWarning,
  nextCall,
  owedWarnings,
  roundAgain,
} from '../pull/incident-calls.js';
import type { IncidentCall, IncidentRound } from '../pull/incident-calls.js';
import type { AskedIncident } from '../pull/incident-memory.js';
import {
  addPending,
  countReread,
  currentOwed,
  moveOn,
  replaceOwed,
  showError,
} from '../pull/lane-changes.js';
import type { OwedWindow } from '../pull/owed-windows.js';
import type { IncidentAlertsReceipt, WindowRequest } from '../pull/receipts.js';
import { formatWindow } from '../pull/time-text.js';
import type { TimeWindow } from '../pull/window.js';
import { addWarnings, countFetched } from '../pull/work.js';
import type { Asking, Lane, PendingSegment, Work } from '../pull/work.js';
import { priorityOf, run as runActivity } from './activities.js';
import type { Run } from './work.js';

/** Lists what was modified in a window, as what is to be asked for. */
export async function listIncidents(
  work: Work,
  pullingId: number,
  request: WindowRequest,
  failures: number,
): Promise<Asking> {
  const { identity } = work;
  const shown = formatWindow(request.window, Date.now());
  const summary = `pull ${pullingId}: incidents changed ${shown}`;
  const input = { ...identity, priority: priorityOf(work), ...request };
  const listed = await runActivity('listChangedIncidents', { work, summary, failures }, input);
  const { window, reachedNow, newKeys, counts, warnings, incidents } = listed;
  // Its records are incidents, which another stream sends: here only the requests count.
  const listing = { ...counts, records: 0, duplicates: 0, malformed: 0 };
  countFetched(work, pullingId, { segment: null, counts: listing, warnings });
  const round = beginRound(work.incidents, incidents, Date.now());
  return { window, records: counts.records, reachedNow, round, newKeys };
}

/** Asks for the incidents that are owed and due before anything is listed. */
export function askOwed(work: Work, lane: Lane, nowMs: number): void {
  const { watermarkMs } = lane.checkpoint;
  const window = { fromMs: watermarkMs, toMs: watermarkMs };
  const round = beginRound(work.incidents, [], nowMs);
  lane.asking = { window, records: null, reachedNow: false, round, newKeys: [] };
}

/** Makes the next call of the listed window, or ends it where none is left. */
export async function askNext(run: Run, lane: Lane, asking: Asking): Promise<void> {
  const { work } = run;
  const { window, records } = asking;
  const pullingId = lane.pull?.pullingId ?? work.pulls[0]?.pullingId ?? Date.now();
  const asked = await askOnce(run, lane, asking.round, { pullingId, window, to: null });
  if (asked === 'given up') return;
  if (typeof asked === 'object') {
    lane.asking = { ...asking, round: asked };
    return;
  }
  // What failed shows when the window is listed again.
  lane.asking = null;
  if (asked !== 'complete') return;
  lane.fetchError = null;
  if (records !== null) moveOn(work, lane, { ...asking, records });
}

/** Asks once more for what a lost segment held, for the outputs that lack it. */
export async function askSegmentAgain(
  run: Run,
  lane: Lane,
  owed: OwedWindow,
  incidents: readonly AskedIncident[],
): Promise<void> {
  const { work } = run;
  const { pullingId, window } = owed;
  let round = roundAgain(incidents);
  for (;;) {
    const now = currentOwed(lane, owed);
    if (now === undefined) return;
    const { reason, error } = owed;
    const to = { owed: reason, error, outputs: now.outputs ?? work.settings.outputs };
    const asked = await askOnce(run, lane, round, { pullingId, window, to });
    if (typeof asked === 'object') round = asked;
    if (asked === 'complete') break;
    if (typeof asked === 'string' || run.over()) {
      const left = [
        ...round.together,
        ...round.singly,
        ...round.failed.map((each) => each.incident),
      ];
      const rest = currentOwed(lane, owed);
      if (rest !== undefined) replaceOwed(lane, owed, [{ ...rest, incidents: left }]);
      return;
    }
  }
  replaceOwed(lane, owed, []);
  countReread(work);
}

/** What the segments of a round belong to; `to` null: to new time, and so to every output. */
interface RoundOrder {
  readonly pullingId: number;
  readonly window: TimeWindow;
  readonly to: Pick<PendingSegment, 'owed' | 'error' | 'outputs'> | null;
}

/** Makes one call of a round: the round after it, or how it ended. */
async function askOnce(
  run: Run,
  lane: Lane,
  round: IncidentRound,
  { pullingId, window, to }: RoundOrder,
): Promise<IncidentRound | 'complete' | 'wait' | 'given up'> {
  const { work } = run;
  const call = nextCall(work.incidents, round, Date.now());
  if (call === null) {
    const end = endRound({ book: work.incidents, round }, Date.now());
    work.incidents = end.book;
    addWarnings(work, owedWarnings(end.book));
    if (end.complete) return 'complete';
    const last = round.failed.at(-1)?.error ?? { code: 'INTERNAL', message: 'failed' };
    showError(lane, { ...last, curable: true }, Date.now());
    return 'wait';
  }
  const asked = await run.fetching(() => fetchAlerts(work, lane, call, pullingId, window));
  if (asked.kind === 'given up') return 'given up';
  const progress = { book: work.incidents, round };
  if (asked.kind === 'failed') {
    const after = afterFailure(progress, call, asked.failure, Date.now());
    work.incidents = after.book;
    if (!after.wait) return after.round;
    showError(lane, asked.failure, Date.now());
    return 'wait';
  }
  const receipt = asked.result;
  countFetched(work, pullingId, receipt);
  lane.fetchError = null;
  const after = afterAnswer(progress, call, receipt, Date.now());
  work.incidents = after.book;
  if (after.givenUp.length > 0) addWarnings(work, [givenUpWarning(after.givenUp)]);
  const shown = new Set(receipt.taken.map(({ id }) => id));
  const incidents = call.incidents.filter(({ id }) => shown.has(id));
  addPending(work, lane, pullingId, receipt, { newKeys: [], incidents }, to);
  return after.round;
}

async function fetchAlerts(
  work: Work,
  lane: Lane,
  { call, incidents }: IncidentCall,
  pullingId: number,
  window: TimeWindow,
): Promise<IncidentAlertsReceipt> {
  const first = incidents[0]?.id ?? '';
  const what = call === 'single' ? `incident ${first}` : `${incidents.length} incidents`;
  const summary = `pull ${pullingId}: alerts of ${what}`;
  const failures = lane.fetchError?.failures ?? 0;
  return await runActivity(
    'fetchIncidentAlerts',
    { work, summary, failures },
    {
      pullingId,
      window,
      ...work.identity,
      call,
      priority: priorityOf(work),
      // Another call of the same pull may ask for the same incident and must not overwrite this.
      segment: `${pullingId}-${window.fromMs}-${call}-${first}-${work.totals.requests}`,
      keep: work.pending.map((item) => item.segment.name),
      incidents,
    },
  );
}
