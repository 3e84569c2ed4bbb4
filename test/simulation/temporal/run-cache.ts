import type { Payload, Workflow } from '@temporalio/common';
import type { Poller } from './matching.js';
import { SdkRun } from './sdk-run.js';
import type { Job } from './commands.js';
import type { Activated, ActivationInfo, RunNames } from './sdk-run.js';

/** A worker that runs workflow tasks. */
export type WorkflowWorker = Poller;

interface Past {
  readonly jobs: readonly Job[];
  readonly info: ActivationInfo;
}

/**
 * A run as a worker has it in its cache. Where that is gone, or a task has to be done anew, it is replayed from what
 * happened before.
 */
export class RunCache {
  readonly patches = new Set<string>();
  readonly #names: RunNames;
  readonly #workflow: Workflow;
  readonly #flags = new Set<number>();
  #past: Past[] = [];
  /** Of the task in hand. */
  #last: Past[] = [];
  #run: SdkRun | undefined;

  constructor(names: RunNames, workflow: Workflow) {
    this.#names = names;
    this.#workflow = workflow;
  }

  /** Does a workflow task, after a replay where the cache is empty. */
  async activate(jobs: readonly Job[], info: ActivationInfo): Promise<Activated> {
    const run = (this.#run ??= await this.#replayed());
    const ordered = inOrder(jobs);
    this.#last.push({ jobs: ordered, info });
    const activated = await run.activate(ordered, info);
    if (activated.kind === 'done') for (const flag of activated.flags) this.#flags.add(flag);
    return activated;
  }

  /** The last task counts: later replays begin with it. */
  keepLast(): void {
    this.#past.push(...this.#last);
    this.#last = [];
  }

  /** The last task does not count. */
  dropLast(): void {
    this.#last = [];
  }

  forget(): void {
    this.#run = undefined;
  }

  /** An update that was refused is not in the history. */
  forgetUpdate(id: string): void {
    this.#past = this.#past.map(({ jobs, info }) => ({
      info,
      jobs: jobs.filter(({ doUpdate }) => doUpdate?.id !== id),
    }));
  }

  async query(name: string, args: readonly Payload[]): Promise<unknown> {
    if (this.#past.length === 0) throw new Error('the workflow has not begun yet');
    // What a task that does not count yet did to the run in the cache must not show.
    if (this.#last.length > 0) return await (await this.#replayed()).query(name, args);
    const run = (this.#run ??= await this.#replayed());
    return await run.query(name, args);
  }

  async #replayed(): Promise<SdkRun> {
    const run = new SdkRun(this.#names, this.#workflow, this.#flags);
    const patches = [...this.patches].map(
      (patchId) => ({ variant: 'notifyHasPatch', notifyHasPatch: { patchId } }) as unknown as Job,
    );
    for (const [at, { jobs, info }] of this.#past.entries()) {
      const all = at === 0 ? [...patches, ...jobs] : jobs;
      await run.activate(all.map(withoutValidator), { ...info, isReplaying: true });
    }
    return run;
  }
}

/** As the SDK's core orders the jobs of an activation. */
function inOrder(jobs: readonly Job[]): Job[] {
  return jobs.toSorted((a, b) => rank(a) - rank(b));
}

function rank({ initializeWorkflow, signalWorkflow, doUpdate }: Job): number {
  if (initializeWorkflow) return 0;
  return (signalWorkflow ?? doUpdate) ? 1 : 2;
}

/** What was accepted once is accepted again. */
function withoutValidator(job: Job): Job {
  if (!job.doUpdate) return job;
  return { ...job, doUpdate: { ...job.doUpdate, runValidator: false } };
}
