import type { Check } from './check.js';

/** The server refuses payloads of 2 MiB; a state that grows would end there one day. */
const MOST_STATE_BYTES = 200 * 1024;

export function staysSmall(report: (text: string) => void): Check {
  return {
    property: 'states and histories stay below their limits',
    onPayload: (bytes, where) => {
      if (bytes.length > MOST_STATE_BYTES) report(`${bytes.length} bytes in ${where}`);
    },
    onClosed: ({ closed, workflowId, history }) => {
      if (closed?.status !== 'TERMINATED' || !closed.reason.startsWith('history')) return;
      report(`${workflowId} was terminated with ${history.events} events`);
    },
  };
}
