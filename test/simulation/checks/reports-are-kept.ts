import type { Attempt } from '../temporal/worker-process.js';
import type { Sending } from '../world/ledger.js';
import type { Check } from './check.js';

/** What the disk does not remember is sent again after a crash; what is not heard of is given to another worker. */
export function reportsAreKept(
  wasFull: (host: string) => boolean,
  report: (text: string) => void,
): Check {
  return {
    property: 'a confirmation is on the disk before it is told, and who works is heard of',
    onSent: (attempt: Attempt, sending: Sending) => {
      const isKept = sending.onDisk !== undefined || wasFull(attempt.worker.name);
      if (attempt.endedAs !== 'completed' || isKept) return;
      report(`${sending.segment.name} of ${sending.workflowId} to ${sending.output}`);
    },
    onSilent: (attempt: Attempt) => {
      report(`${attempt.order.name} of ${attempt.order.workflowId} works, and says nothing`);
    },
  };
}
