import type { Check } from './check.js';

/** A workflow task that fails is tried again for ever: the stream is dead, though it counts as running. */
export function tasksDoNotFail(report: (text: string) => void): Check {
  return {
    property: 'no workflow task fails',
    onTaskFailed: (run, error) => {
      report(`${run.workflowId}: ${error.message}`);
    },
    onClosed: (run) => {
      const { closed, workflowId } = run;
      if (closed?.status === 'FAILED') {
        report(`${workflowId} failed: ${closed.failure.message ?? ''}`);
      }
    },
  };
}
