import { describe, expect, it } from 'vitest';
import { chooseStream } from '../../../src/cli/choose-stream.js';
import type { StreamName } from '../../../src/pull/settings.js';
import type { ConfiguredStream } from '../../../src/worker/streams.js';
import { report } from './stream-reports.js';

function stream(input: string, name: StreamName): ConfiguredStream {
  const identity = { input, inputId: '1', stream: name };
  const settings = report().status?.settings;
  if (settings === undefined) throw new Error('the report of a test always has settings');
  return { identity, workflowId: `collect/${input}/1/${name}`, settings };
}

const STREAMS = [stream('eu', 'incidents'), stream('eu', 'alerts'), stream('us', 'incidents')];

describe('choosing the stream of a command', () => {
  it('needs no input where one stream has the name', () => {
    expect(chooseStream(STREAMS, 'alerts', undefined)).toBe(STREAMS[1]);
  });

  it('takes the one of the input named', () => {
    expect(chooseStream(STREAMS, 'incidents', 'us')).toBe(STREAMS[2]);
  });

  it.each([
    ['incidents', undefined, 'USAGE_INPUT_NEEDED', 'incidents exists in eu, us'],
    ['incident', 'eu', 'USAGE_STREAM_UNKNOWN', 'did you mean incidents?'],
    ['alerts', 'us', 'USAGE_STREAM_UNKNOWN', 'expected one of incidents'],
    ['alerts', 'ue', 'USAGE_INPUT_UNKNOWN', 'expected one of eu, us'],
  ])('refuses %s of %s with %s', (name, input, code, message) => {
    expect(() => chooseStream(STREAMS, name, input)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }),
    );
  });

  it('says so where the config has no enabled stream', () => {
    expect(() => chooseStream([], 'alerts', undefined)).toThrow('has no enabled stream');
  });
});
