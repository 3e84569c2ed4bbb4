/**
 * Codes that workflows set themselves. Their type is checked where all catalogues are joined, for nothing of
 * this folder may import another one's.
 */
export const WORKFLOW_ERRORS = {
  HOST_GONE: {
    title: 'The host that has the segment is gone',
    cause:
      'No worker polled the queue of that host for five minutes: it was stopped, or came back without its state folder.',
    action:
      'Nothing: the window is fetched again on another host. Keep the state folder on a lasting volume.',
  },
  WORKER_LOST: {
    title: 'No sign of life from a worker',
    cause:
      'The worker was killed or cut off in the middle of an activity, or its machine stood still.',
    action:
      'Nothing: the activity runs again. Look at memory and log of the worker where it recurs.',
  },
  WORKER_RESTARTED: {
    title: 'The worker was restarted in the middle of an activity',
    cause:
      'It was killed, and the one that took its place on the same state folder found its work.',
    action:
      'Nothing: the activity runs again at once. Look at the log from before where it recurs.',
  },
  REQUEST_REFUSED: {
    title: 'Request refused',
    cause: 'The payload of an update has another form than the workflow takes; nothing was done.',
    action: 'Send it again as the message says.',
  },
  STREAM_ID_FOREIGN: {
    title: 'A second workflow of a stream',
    cause:
      "Somebody started one by hand, for example with Temporal UI's Start Workflow Like This One; it ended at once.",
    action:
      'Nothing: the stream has its own workflow. Steer that one by its updates, or start a backfill.',
  },
  STATE_VERSION_FOREIGN: {
    title: 'State of another release',
    cause: 'The workflow was handed a state that this release does not know.',
    action:
      'Run the release that wrote it; or terminate the workflow, `apply`, and `reset` the stream to where it should begin.',
  },
  SIGNAL_REFUSED: {
    title: 'Signal refused',
    cause: 'The payload of a signal has another form than the workflow takes.',
    action:
      'Send it again as the message says, or use the command: `cortex-devo reset`, `pause`, `resume`, `pull-now`.',
  },
} as const;
