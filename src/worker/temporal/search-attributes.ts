import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { StreamIdentity } from '../../pull/settings.js';
import { INPUT_ATTRIBUTE, SERVICE_ATTRIBUTE } from '../../workflows/attributes.js';

/** `IndexedValueType` of Temporal's API: temporal/api/enums/v1/common.proto. */
const INDEXED_VALUE_TYPE = { Keyword: 2, Datetime: 6 } as const;

/** What workflows can be listed and sorted by in Temporal UI, with the type of each. */
export const SEARCH_ATTRIBUTES = {
  CortexService: 'Keyword',
  CortexInput: 'Keyword',
  CortexState: 'Keyword',
  CortexError: 'Keyword',
  CortexWatermark: 'Datetime',
} as const satisfies Record<string, keyof typeof INDEXED_VALUE_TYPE>;

/** A server knows new attributes only when it has read its namespaces again: seconds on a production cluster. */
const USABLE_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 250;

/**
 * Adds the search attributes that the namespace lacks, waits until the server takes them, and returns whether it
 * does. Never throws: without them the collector works as well, and a managed cluster may not allow it to add any.
 */
export async function registerSearchAttributes(
  connection: Connection,
  namespace: string,
): Promise<boolean> {
  try {
    const lacking = await lackingAttributes(connection, namespace);
    if (lacking.length > 0) {
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(
          lacking.map(([name, type]) => [name, INDEXED_VALUE_TYPE[type]]),
        ),
      });
      if ((await lackingAttributes(connection, namespace)).length > 0) return false;
    }
    const endMs = Date.now() + USABLE_WITHIN_MS;
    while (!(await areUsable(connection, namespace))) {
      if (Date.now() >= endMs) return false;
      await delay(LOOK_AGAIN_MS);
    }
    return true;
  } catch {
    return false;
  }
}

/** Whether a query may name them: a workflow that is started with one before that is refused. */
async function areUsable(connection: Connection, namespace: string): Promise<boolean> {
  const query = Object.keys(SEARCH_ATTRIBUTES)
    .map((name) => `${name} IS NULL`)
    .join(' AND ');
  try {
    await connection.workflowService.countWorkflowExecutions({ namespace, query });
    return true;
  } catch {
    return false;
  }
}

/** What a stream or a backfill is listed by from its start. */
export function identityAttributes({ stream, input }: StreamIdentity): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: SERVICE_ATTRIBUTE, value: stream },
    { key: INPUT_ATTRIBUTE, value: input },
  ]);
}

/** Those that are absent or have another type. */
async function lackingAttributes(connection: Connection, namespace: string) {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.entries(SEARCH_ATTRIBUTES).filter(
    ([name, type]) => Number(customAttributes[name]) !== INDEXED_VALUE_TYPE[type],
  );
}
