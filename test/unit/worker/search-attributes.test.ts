import type { Connection } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { registerSearchAttributes } from '../../../src/worker/temporal/search-attributes.js';

/** A server that takes new attributes only when it was asked `slow` times, as production servers do. */
function server({ slow, mayAdd = true }: { slow: number; mayAdd?: boolean }) {
  const known: Record<string, number> = {};
  let asked = 0;
  const connection = {
    operatorService: {
      listSearchAttributes: () => Promise.resolve({ customAttributes: { ...known } }),
      addSearchAttributes: ({ searchAttributes }: { searchAttributes: Record<string, number> }) => {
        if (!mayAdd) return Promise.reject(new Error('7 PERMISSION_DENIED'));
        Object.assign(known, searchAttributes);
        return Promise.resolve({});
      },
    },
    workflowService: {
      countWorkflowExecutions: () => {
        asked += 1;
        return asked > slow
          ? Promise.resolve({})
          : Promise.reject(new Error('3 INVALID_ARGUMENT: no mapping defined'));
      },
    },
  } as unknown as Connection;
  return { connection, asked: () => asked };
}

describe('the search attributes of a namespace', () => {
  it('count as usable only when the server takes them in a query', async () => {
    const { connection, asked } = server({ slow: 2 });
    expect(await registerSearchAttributes(connection, 'default')).toBe(true);
    expect(asked()).toBe(3);
  });

  it('are waited for where another process has just added them', async () => {
    const { connection, asked } = server({ slow: 0 });
    await registerSearchAttributes(connection, 'default');
    expect(await registerSearchAttributes(connection, 'default')).toBe(true);
    expect(asked()).toBe(2);
  });

  it('are done without where the server does not let them be added', async () => {
    const { connection } = server({ slow: 0, mayAdd: false });
    expect(await registerSearchAttributes(connection, 'default')).toBe(false);
  });
});
