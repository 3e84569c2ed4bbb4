import type { Connection } from '@temporalio/client';

/** `IndexedValueType` of Temporal's API: temporal/api/enums/v1/common.proto. */
const INDEXED_VALUE_TYPE = { Keyword: 2, Int: 3 } as const;

/** What workflows can be listed and sorted by in Temporal UI, with the type of each. */
export const SEARCH_ATTRIBUTES = {
  CortexService: 'Keyword',
  CortexInput: 'Keyword',
  CortexLagSeconds: 'Int',
} as const satisfies Record<string, keyof typeof INDEXED_VALUE_TYPE>;

/**
 * Adds the search attributes that the namespace lacks; returns whether all are usable. Never throws: without
 * them the collector works as well, and a managed cluster may not allow it to add any.
 */
export async function registerSearchAttributes(
  connection: Connection,
  namespace: string,
): Promise<boolean> {
  try {
    const lacking = await lackingAttributes(connection, namespace);
    if (lacking.length === 0) return true;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(
        lacking.map(([name, type]) => [name, INDEXED_VALUE_TYPE[type]]),
      ),
    });
    return (await lackingAttributes(connection, namespace)).length === 0;
  } catch {
    return false;
  }
}

/** Those that are absent or have another type. */
async function lackingAttributes(connection: Connection, namespace: string) {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.entries(SEARCH_ATTRIBUTES).filter(
    ([name, type]) => Number(customAttributes[name]) !== INDEXED_VALUE_TYPE[type],
  );
}
