import { expect, it } from 'vitest';
import { chooseBackfill } from '../../../src/cli/choose-backfill.js';
import { backfillReport } from './backfill-reports.js';

const STREAMS = ['incidents', 'alerts'];
const ALERTS = { name: 'alerts', input: undefined, which: 'running' } as const;
const withCode = (code: string) => expect.objectContaining({ code }) as Error;

it('takes the backfill that runs', () => {
  const running = backfillReport();
  const ended = backfillReport({ workflowId: 'backfill/old', running: false });
  expect(chooseBackfill([ended, running], STREAMS, ALERTS)).toBe(running);
});

it('refuses a name that is no stream, and asks for an id where several run', () => {
  expect(() => chooseBackfill([], STREAMS, { ...ALERTS, name: 'alert' })).toThrow(
    withCode('USAGE_BACKFILL_UNKNOWN'),
  );
  const both = [backfillReport(), backfillReport({ workflowId: 'backfill/other' })];
  expect(() => chooseBackfill(both, STREAMS, ALERTS)).toThrow(withCode('USAGE_BACKFILL_NEEDED'));
});
