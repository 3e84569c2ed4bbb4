import type {
  DeliverSegmentInput,
  FetchSegmentInput,
  SegmentReceipt,
} from '../../../src/pull/receipts.js';
import type { TimeWindow } from '../../../src/pull/window.js';
import { fromPayloadList } from '../temporal/payloads.js';
import { timeText, trace } from '../trace.js';
import type { Attempt } from '../temporal/worker-process.js';

interface Fetched {
  readonly workflowId: string;
  readonly pullingId: number;
  readonly window: TimeWindow;
  readonly hostQueue: string;
}

/** After these a window is fetched again, and what was in it may come again. */
const LOST = new Set(['SEGMENT_MISSING', 'SEGMENT_DAMAGED']);

/** Which windows were fetched into which segments, and which of these were lost. */
export class Fetches {
  readonly #fetched = new Map<string, Fetched>();
  readonly #lost = new Set<Fetched>();

  onEnded(attempt: Attempt): void {
    const { name, args, workflowId } = attempt.order;
    const { completed, failed } = attempt.result ?? {};
    const fetches = name === 'fetchSegment' || name === 'fetchIncidentAlerts';
    if (fetches && completed?.result) {
      const [{ pullingId, segment }] = fromPayloadList(args) as [FetchSegmentInput];
      const [receipt] = fromPayloadList([completed.result]) as [SegmentReceipt];
      const { fromMs, toMs } = receipt.window;
      const events = receipt.segment?.events ?? 0;
      trace.add(`  read ${timeText(fromMs)} - ${timeText(toMs)}: ${events} events in ${segment}`);
      const hostQueue = receipt.segment?.hostQueue ?? '';
      const fetched = { workflowId, pullingId, window: receipt.window, hostQueue };
      this.#fetched.set(`${workflowId} ${segment}`, fetched);
    }
    const code = failed?.failure?.applicationFailureInfo?.type;
    if (name === 'deliverSegment' && LOST.has(code ?? '')) {
      const [{ segment }] = fromPayloadList(args) as [DeliverSegmentInput];
      const lost = this.#fetched.get(`${workflowId} ${segment.name}`);
      if (lost !== undefined) this.#lost.add(lost);
    }
  }

  /** Nobody polled the queue of a host. */
  onHostGone(hostQueue: string): void {
    for (const fetched of this.#fetched.values()) {
      if (fetched.hostQueue === hostQueue) this.#lost.add(fetched);
    }
  }

  /** Whether what was sent comes from a window that was fetched again because its segment was lost. */
  isAgain(workflowId: string, segment: string): boolean {
    const [pullingId = 0, fromMs = 0] = segment.split('-').map(Number);
    return [...this.#lost].some(
      (lost) =>
        lost.workflowId === workflowId &&
        lost.pullingId === pullingId &&
        lost.window.fromMs <= fromMs &&
        lost.window.toMs >= fromMs,
    );
  }
}
