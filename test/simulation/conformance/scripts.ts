/** What somebody does with a workflow, and when, ms after its start. */
export interface Step {
  readonly atMs: number;
  readonly act: 'signal' | 'cancel' | 'update' | 'terminate';
  readonly name?: string;
  readonly args?: readonly unknown[];
}

/** One workflow and what is done with it. */
export interface Script {
  readonly workflow: string;
  readonly steps: readonly Step[];
}

/** Far enough apart that their order is the same on a busy machine. */
export const SCRIPTS: readonly Script[] = [
  { workflow: 'waits', steps: [{ atMs: 500, act: 'signal', name: 'go' }] },
  { workflow: 'retries', steps: [] },
  { workflow: 'cancelledAtWork', steps: [{ atMs: 1_000, act: 'cancel' }] },
  { workflow: 'calledOff', steps: [] },
  { workflow: 'neverTaken', steps: [] },
  { workflow: 'goesOn', steps: [] },
  {
    workflow: 'answers',
    steps: [
      { atMs: 300, act: 'update', name: 'ask', args: [-1] },
      { atMs: 1_000, act: 'update', name: 'ask', args: [2] },
    ],
  },
  { workflow: 'forgets', steps: [{ atMs: 2_000, act: 'terminate' }] },
];

/** What came of a script: the events of its runs, and its end. */
export interface Seen {
  readonly workflow: string;
  readonly events: readonly string[];
  readonly answers: readonly string[];
  readonly status: string;
  readonly result: unknown;
}
