import type { Client, WorkflowHandle } from '@temporalio/client';
import { errorsOf } from '../../src/cli/status-table.js';
import { status } from '../../src/workflows/messages.js';
import { placesOf } from '../unit/errors/proofs.js';
import type { Place } from '../unit/errors/proofs.js';
import { logLines, until } from './collecting.js';
import type { CollectorProcess } from './collector-process.js';

/** Codes of the failures that Temporal UI shows: in the history, of the try to come, or in the current details. */
export async function codesInTemporal(handle: WorkflowHandle): Promise<Set<string>> {
  const { events } = await handle.fetchHistory();
  const { raw } = await handle.describe();
  const failures = [
    ...(events ?? []).map((event) => event.activityTaskFailedEventAttributes?.failure),
    ...(events ?? []).map((event) => event.activityTaskStartedEventAttributes?.lastFailure),
    ...(raw.pendingActivities ?? []).map(({ lastFailure }) => lastFailure),
  ];
  const types = failures.flatMap((failure) => failure?.applicationFailureInfo?.type ?? []);
  const details = await handle.query<unknown>('__temporal_workflow_metadata');
  const shown = JSON.stringify(details).match(/\b[A-Z]+(?:_[A-Z]+)+(?=: )/g) ?? [];
  return new Set([...types, ...shown]);
}

async function codesInStatus(handle: WorkflowHandle): Promise<Set<string>> {
  const found = await handle.query(status);
  const warned = found.warnings.flatMap((warning) => /^[A-Z_]+(?=: )/.exec(warning)?.[0] ?? []);
  const owed = found.owed.flatMap(({ error }) => error?.code ?? []);
  return new Set([...errorsOf(found).map(({ error }) => error.code), ...owed, ...warned]);
}

/**
 * Waits until a code has been seen in the log of one of the collectors, in the status and in Temporal of any stream,
 * or in as many of these as the list of proofs says: what is cured goes from the status again, so each look is
 * remembered.
 */
export async function untilShown(
  code: string,
  client: Client,
  collectors: readonly CollectorProcess[],
  withinMs = 90_000,
): Promise<void> {
  const places = placesOf(code);
  const seen = new Set<Place>();
  const [first] = collectors;
  if (first === undefined) throw new Error('expected a collector');
  const look = async () => {
    if (collectors.some((each) => logLines(each, `"code":"${code}"`) > 0)) seen.add('log');
    for await (const { workflowId } of client.workflow.list({
      query: "WorkflowType = 'collectService'",
    })) {
      const handle = client.workflow.getHandle(workflowId);
      if ((await codesInStatus(handle)).has(code)) seen.add('status');
      if ((await codesInTemporal(handle)).has(code)) seen.add('temporal');
    }
    return places.every((place) => seen.has(place));
  };
  await until(`${code} in ${places.join(', ')}`, first, look, withinMs).catch((error: unknown) => {
    process.stdout.write(`${code} was seen in: ${[...seen].join(', ')}\n`);
    throw error;
  });
}
