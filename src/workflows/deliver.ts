import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { waitAfterFailureMs } from '../pull/backoff.js';
import { AT_ONCE } from '../pull/lane.js';
import type { Failure } from '../pull/lane-changes.js';
import { formatDuration } from '../pull/time-text.js';
import { addWarnings, confirm, lose } from '../pull/work.js';
import type { PendingSegment } from '../pull/work.js';
import { run as runActivity } from './activities.js';
import { failureOf, WORKER_STOPPED } from './failure.js';
import type { Run } from './work.js';

/** A delivery to an output that failed last may finish this long before the run ends. */
const DRAIN_MS = 30_000;
const SEGMENT_LOST = new Set(['SEGMENT_MISSING', 'SEGMENT_DAMAGED']);
/** Shown as a warning: it delivers, as far as one can tell. */
const UNCONFIRMED = {
  code: 'DEVO_UNCONFIRMED',
  text: 'took whole segments and never closed the connection; they count as delivered',
} as const;

/** Sends pending segments in loops of each output's own until the run is left and what is under way has ended. */
export async function deliver(run: Run): Promise<void> {
  const { work } = run;
  const scope = new CancellationScope();
  const loops = new Map<string, Loop>();
  const idle = () => [...loops.values()].every((loop) => loop.sending.size === 0);
  while (!run.leaving()) {
    const lacking = () => work.settings.outputs.filter((output) => !loops.has(output));
    for (const output of lacking()) {
      const loop: Loop = { output, sending: new Set() };
      loops.set(output, loop);
      for (let lane = 0; lane < AT_ONCE; lane++) void scope.run(() => send(run, loop, lane === 0));
    }
    await run.wait(() => lacking().length > 0, undefined, run.leaving);
  }
  while (!(await condition(idle, DRAIN_MS, { summary: 'deliveries finish' }))) {
    // A slow receiver takes longer, and would have to take the same segment twice.
    const busy = [...loops.values()].filter((loop) => loop.sending.size > 0);
    if (busy.some(({ output }) => work.outputErrors[output] === undefined)) continue;
    scope.cancel();
    await condition(idle);
  }
}

/** What is under way to one output. */
interface Loop {
  readonly output: string;
  readonly sending: Set<string>;
}

/** One loop of an output; its second one rests while the output fails. */
async function send(run: Run, { output, sending }: Loop, first: boolean): Promise<void> {
  const { work } = run;
  const isOne = () => work.settings.outputs.includes(output);
  const isOk = () => work.outputErrors[output] === undefined;
  const next = () =>
    first || isOk()
      ? work.pending.find(
          ({ outputs, segment }) => outputs.includes(output) && !sending.has(segment.name),
        )
      : undefined;
  while (!run.leaving()) {
    const item = isOne() ? next() : undefined;
    if (item === undefined) {
      await run.wait(() => isOne() && next() !== undefined, undefined, run.leaving);
      continue;
    }
    const { name } = item.segment;
    sending.add(name);
    try {
      const failure = await deliverOnce(run, item, output);
      run.show();
      if (failure !== null && isOne()) await rest(run, output, failure);
    } finally {
      sending.delete(name);
    }
  }
}

/** Sends a segment; null where it was confirmed, cancelled, or is none of this output's any more. */
async function deliverOnce(
  run: Run,
  item: PendingSegment,
  output: string,
): Promise<Failure | null> {
  const { work } = run;
  const { segment, pullingId } = item;
  const { outputs } = work.settings;
  const failures = work.outputErrors[output]?.failures ?? 0;
  const summary = `pull ${pullingId}: ${segment.events} events to ${output}`;
  try {
    const receipt = await runActivity(
      'deliverSegment',
      { work, summary, failures, hostQueue: segment.hostQueue },
      { pullingId, output, ...work.identity, outputs, segment },
    );
    work.outputErrors = without(work.outputErrors, output);
    confirm(work, item, output);
    if (receipt.confirmation === 'unconfirmed') {
      addWarnings(work, [`${UNCONFIRMED.code}: ${output} ${UNCONFIRMED.text}`]);
    }
    return null;
  } catch (error) {
    if (isCancellation(error)) return null;
    const failure = failureOf(error);
    // Left behind by a worker that was stopped: the next one does it, and that is no trouble of the output's.
    if (failure.code === WORKER_STOPPED) return null;
    const isWaitedFor = work.pending.some(
      (each) => each.segment.name === segment.name && each.outputs.includes(output),
    );
    if (!isWaitedFor) return null;
    // What is gone with its host is gone at once, not one by one.
    const lost = work.pending.filter((each) =>
      failure.code === 'HOST_GONE'
        ? each.segment.hostQueue === segment.hostQueue
        : SEGMENT_LOST.has(failure.code) && each.segment.name === segment.name,
    );
    if (lost.length === 0) return failure;
    lose(work, lost, failure, Date.now());
    return null;
  }
}

/** Shows the error; a curable one had its waits between the engine's tries, the others wait here. */
async function rest(run: Run, output: string, { code, message, curable }: Failure): Promise<void> {
  const { work } = run;
  const atMs = Date.now();
  const failures = (work.outputErrors[output]?.failures ?? 0) + 1;
  const waitMs = curable ? 0 : waitAfterFailureMs(failures, false);
  const nextTryMs = waitMs === 0 ? null : atMs + waitMs;
  work.outputErrors = {
    ...work.outputErrors,
    [output]: { code, message, atMs, failures, nextTryMs },
  };
  run.show();
  if (waitMs === 0) return;
  const isDue = () => (work.outputErrors[output]?.nextTryMs ?? 0) <= Date.now();
  const summary = `${code}, failure ${failures}: ${output} again in ${formatDuration(waitMs)}`;
  await run.wait(isDue, { untilMs: atMs + waitMs, summary }, run.leaving);
}

function without<Value>(record: Readonly<Record<string, Value>>, key: string) {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
