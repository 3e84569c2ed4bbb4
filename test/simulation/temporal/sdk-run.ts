import {
  TypedSearchAttributes,
  defaultFailureConverter,
  defaultPayloadConverter,
} from '@temporalio/common';
import type { Payload, Workflow } from '@temporalio/common';
import { Activator } from '@temporalio/workflow/lib/internals.js';
import { setActivator } from '@temporalio/workflow/lib/global-attributes.js';
import {
  activate,
  concludeActivation,
  initialize,
  tryUnblockConditions,
} from '@temporalio/workflow/lib/worker-interface.js';
import { clock, settle } from '../time/clock.js';
import { createRandom } from '../random.js';
import type { Command, Job } from './commands.js';

/** What an activation of the SDK needs to know beside its jobs. */
export interface ActivationInfo {
  readonly nowMs: number;
  readonly isReplaying: boolean;
  readonly historyEvents: number;
  readonly historyBytes: number;
  readonly continueAsNewSuggested: boolean;
}

/** Names of one run, as its workflow sees them. */
export interface RunNames {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  readonly taskQueue: string;
  readonly startedMs: number;
}

export type Activated =
  | {
      readonly kind: 'done';
      readonly commands: readonly Command[];
      /** Ways of the SDK that it chose, and has to keep to in a replay. */
      readonly flags: readonly number[];
    }
  /** The workflow task fails, and would fail again each time. */
  | { readonly kind: 'failed'; readonly error: Error };

/** Which run the code that runs now belongs to, for rejections that nobody handles. */
let current: { unhandled: Error | undefined } | undefined;

/** Rejections outside of workflows that nobody handles: each would end a worker's process. */
export const strayRejections: unknown[] = [];

process.on('unhandledRejection', (error) => {
  if (current === undefined) {
    strayRejections.push(error);
    return;
  }
  current.unhandled ??= new Error(`unhandled rejection in the workflow: ${String(error)}`, {
    cause: error,
  });
});

/**
 * One run of a workflow in a worker's cache: the SDK's own runtime, which takes jobs and gives commands, outside of
 * the sandbox in which a worker runs it. The same steps in the same order as the worker of the SDK takes.
 */
export class SdkRun {
  readonly #fate: { unhandled: Error | undefined } = { unhandled: undefined };
  readonly #activator: Activator;

  constructor(names: RunNames, workflow: Workflow, flags: Iterable<number>) {
    const random = createRandom(1);
    this.#activator = new Activator({
      info: {
        workflowId: names.workflowId,
        runId: names.runId,
        workflowType: names.type,
        searchAttributes: {},
        typedSearchAttributes: new TypedSearchAttributes(),
        historyLength: 3,
        historySize: 300,
        continueAsNewSuggested: false,
        targetWorkerDeploymentVersionChanged: false,
        taskQueue: names.taskQueue,
        namespace: 'default',
        firstExecutionRunId: names.runId,
        startTime: new Date(names.startedMs),
        runStartTime: new Date(names.startedMs),
        taskTimeoutMs: 10_000,
        attempt: 1,
        unsafe: {
          now: () => clock.nowMs,
          random: {
            random: () => random.next(),
            uuid4: () => 'unused',
            fillRandom: (bytes: Uint8Array) => bytes,
          },
          isReplaying: false,
          isReplayingHistoryEvents: false,
        },
      },
      randomnessSeed: Array.from(names.runId, (letter) => letter.charCodeAt(0)),
      now: names.startedMs,
      showStackTraceSources: false,
      sourceMap: { version: 3, sources: [], names: [], mappings: '', file: '', sourcesContent: [] },
      registeredActivityNames: new Set(),
      getTimeOfDay: () => BigInt(clock.nowMs) * 1_000_000n,
      stackTracesEnabled: false,
    } as unknown as ConstructorParameters<typeof Activator>[0]);
    this.#activator.workflow = workflow;
    this.#activator.addKnownFlags([...flags]);
  }

  async activate(jobs: readonly Job[], info: ActivationInfo): Promise<Activated> {
    const activator = this.#activator;
    activator.now = info.nowMs;
    activator.mutateWorkflowInfo((before) => ({
      ...before,
      historyLength: info.historyEvents,
      historySize: info.historyBytes,
      continueAsNewSuggested: info.continueAsNewSuggested,
      unsafe: {
        ...before.unsafe,
        isReplaying: info.isReplaying,
        isReplayingHistoryEvents: info.isReplaying,
      },
    }));
    const begun = clock.nowMs;
    clock.nowMs = info.nowMs;
    current = this.#fate;
    setActivator(activator);
    try {
      const first = jobs.find(({ initializeWorkflow }) => initializeWorkflow)?.initializeWorkflow;
      if (first) initialize(first);
      for (const { notifyHasPatch } of jobs) {
        if (notifyHasPatch) activator.notifyHasPatch(notifyHasPatch);
      }
      // `activate` takes the first job out of the list where it starts the workflow.
      activate({ jobs: jobs.filter(({ notifyHasPatch }) => !notifyHasPatch) });
      do await settle();
      while (tryUnblockConditions() > 0);
      const { successful } = concludeActivation();
      await settle();
      activator.getAndResetSinkCalls();
      const { unhandled } = this.#fate;
      if (unhandled !== undefined) return { kind: 'failed', error: unhandled };
      return {
        kind: 'done',
        commands: (successful?.commands ?? []) as Command[],
        flags: successful?.usedInternalFlags ?? [],
      };
    } catch (error) {
      return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
    } finally {
      current = undefined;
      setActivator(undefined);
      clock.nowMs = begun;
    }
  }

  /** Asks a query; raises what its handler raises. */
  async query(name: string, args: readonly Payload[]): Promise<unknown> {
    const activator = this.#activator;
    current = this.#fate;
    setActivator(activator);
    try {
      const queryWorkflow = {
        queryId: 'query',
        queryType: name,
        arguments: [...args],
        headers: {},
      };
      activate({ jobs: [{ variant: 'queryWorkflow', queryWorkflow }] });
      await settle();
      const [command] = concludeActivation().successful?.commands ?? [];
      const answer = command?.respondToQuery;
      if (answer?.failed) {
        throw defaultFailureConverter.failureToError(answer.failed, defaultPayloadConverter);
      }
      const payload = answer?.succeeded?.response;
      return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
    } finally {
      current = undefined;
      setActivator(undefined);
    }
  }
}
