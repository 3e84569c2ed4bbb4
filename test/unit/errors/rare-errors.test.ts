import { CancelledFailure } from '@temporalio/activity';
import { TimeoutFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { streamConfig } from '../../../src/activities/dependencies.js';
import { codeOf } from '../../../src/activities/failure.js';
import type { CollectorConfig } from '../../../src/config/model.js';
import { toConnectError } from '../../../src/devo/connection.js';
import { WindowUnsettledError } from '../../../src/pull/read-window.js';
import { describeFailure } from '../../../src/workflows/failure.js';

it('a delivery that no worker takes is HOST_GONE, an activity without heartbeats WORKER_LOST', () => {
  const timedOut = (type: 'SCHEDULE_TO_START' | 'HEARTBEAT') =>
    describeFailure(new TimeoutFailure('timed out', undefined, type));
  expect(timedOut('SCHEDULE_TO_START')).toMatchObject({ code: 'HOST_GONE', curable: true });
  expect(timedOut('HEARTBEAT')).toMatchObject({ code: 'WORKER_LOST', curable: true });
});

it('a window that never holds still is PULL_WINDOW_UNSETTLED, a cancelled activity CANCELLED', () => {
  expect(codeOf(new WindowUnsettledError({ fromMs: 0, toMs: 1 }, 5))).toBe('PULL_WINDOW_UNSETTLED');
  expect(codeOf(new CancelledFailure('cancelled'))).toBe('CANCELLED');
});

it('a connection that breaks in a way without a code of its own is DEVO_CONNECT_FAILED', () => {
  const unreachable = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' });
  expect(toConnectError(unreachable, 'devo:443')).toMatchObject({
    code: 'DEVO_CONNECT_FAILED',
    retry: 'later',
    message: expect.stringContaining('EHOSTUNREACH') as string,
  });
});

it('a stream that the config of this worker lacks is CONFIG_STREAM_UNKNOWN', () => {
  const config = { inputs: [] } as Partial<CollectorConfig> as CollectorConfig;
  const stream = { input: 'acme', inputId: '1', stream: 'alerts' } as const;
  expect(() => streamConfig(config, stream, null)).toThrow(
    expect.objectContaining({ code: 'CONFIG_STREAM_UNKNOWN', retry: 'never' }) as Error,
  );
});
