import type { Sending, Ledger } from '../world/ledger.js';
import type { Check } from './check.js';

/** A crash between the confirmation and the report to the server sends nothing again. */
export function diskRemembers(ledger: Ledger, report: (text: string) => void): Check {
  return {
    property: 'what a disk remembers as confirmed is not sent again',
    onSending: (sending) => {
      const before = ledger.sendings.find(
        (each) => each.onDisk !== undefined && isSame(each, sending),
      );
      if (before === undefined) return;
      report(`${sending.segment.name} of ${sending.workflowId} to ${sending.output}`);
    },
  };
}

function isSame(a: Sending, b: Sending): boolean {
  return (
    a.output === b.output &&
    a.segment.workflowId === b.segment.workflowId &&
    a.segment.name === b.segment.name &&
    a.segment.hostQueue === b.segment.hostQueue &&
    a.segment.crc32 === b.segment.crc32
  );
}
