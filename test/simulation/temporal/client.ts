import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import type { Execution } from './execution.js';
import { errorOf, fromPayloadList } from './payloads.js';
import type { Server } from './server.js';

interface Named {
  readonly name: string;
}

interface SignalWithStart {
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly args: readonly unknown[];
  readonly signal: string | Named;
  readonly signalArgs: readonly unknown[];
  readonly memo?: Readonly<Record<string, unknown>>;
}

/** As much of Temporal's client as `apply` and the commands use. */
export function createClient(server: Server): Client {
  const workflow = {
    async *list({ query }: { query: string }) {
      const type = /WorkflowType = '(\w+)'/.exec(query)?.[1];
      const running = query.includes("ExecutionStatus = 'Running'");
      await Promise.resolve();
      for (const run of server.latest) {
        if (type !== undefined && run.names.type !== type) continue;
        if (running && run.closed !== undefined) continue;
        yield describe(run);
      }
    },
    getHandle: (workflowId: string, runId?: string) => handleOf(server, workflowId, runId),
    signalWithStart: (type: string, options: SignalWithStart) => {
      const run = server.start({ ...options, type });
      run.signal(nameOf(options.signal), options.signalArgs);
      return Promise.resolve(handleOf(server, options.workflowId));
    },
  };
  const workflowService = {
    getWorkflowExecutionHistory: ({ execution }: { execution: { workflowId: string } }) => {
      const payloads = server.find(execution.workflowId)?.args ?? [];
      const started = { workflowExecutionStartedEventAttributes: { input: { payloads } } };
      return Promise.resolve({ history: { events: [started] } });
    },
  };
  const withDeadline = async (_atMs: number, call: () => Promise<unknown>) => await call();
  return { workflow, workflowService, withDeadline } as unknown as Client;
}

function handleOf(server: Server, workflowId: string, runId?: string) {
  const found = (): Execution => {
    const run = server.find(workflowId, runId);
    if (run === undefined) throw notFound(workflowId);
    return run;
  };
  const open = (): Execution => {
    const run = found();
    if (run.closed !== undefined) throw notFound(workflowId);
    return run;
  };
  return {
    workflowId,
    describe: async () => Promise.resolve(describe(found())),
    result: async () => Promise.resolve(resultOf(found())),
    query: async (query: string | Named, ...args: unknown[]) =>
      await server.query(found(), nameOf(query), args),
    signal: async (signal: string | Named, ...args: unknown[]) => {
      open().signal(nameOf(signal), args);
      return Promise.resolve();
    },
    cancel: async () => {
      open().cancel();
      return Promise.resolve();
    },
    terminate: async (reason = '') => {
      open().terminate(reason);
      return Promise.resolve();
    },
    executeUpdate: async (update: string | Named, { args = [] }: { args?: unknown[] } = {}) =>
      await server.update(workflowId, nameOf(update), args),
  };
}

function describe(run: Execution) {
  return {
    workflowId: run.workflowId,
    runId: run.runId,
    type: run.names.type,
    taskQueue: run.names.taskQueue,
    status: { name: run.closed?.status ?? 'RUNNING' },
    memo: decoded(run.memo),
    historyLength: run.history.events,
    startTime: new Date(run.names.startedMs),
  };
}

function resultOf({ closed, workflowId }: Execution): unknown {
  if (closed?.status === 'COMPLETED') {
    return closed.result === undefined ? undefined : fromPayloadList([closed.result])[0];
  }
  if (closed?.status === 'FAILED') throw errorOf(closed.failure);
  throw new Error(`${workflowId} ended without a result`);
}

function decoded(fields: Readonly<Record<string, Payload>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, payload]) => [name, fromPayloadList([payload])[0]]),
  );
}

function nameOf(named: string | Named): string {
  return typeof named === 'string' ? named : named.name;
}

function notFound(workflowId: string): WorkflowNotFoundError {
  return new WorkflowNotFoundError('workflow not found', workflowId, undefined);
}
