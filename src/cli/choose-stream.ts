import { nearestKey } from '../config/nearest-key.js';
import type { ConfiguredStream } from '../worker/streams.js';
import { cliError } from './errors.js';

/**
 * The stream that a command acts on, from its name and, where several inputs have it, the name of one.
 * Throws `USAGE_STREAM_UNKNOWN`, `USAGE_INPUT_UNKNOWN` or `USAGE_INPUT_NEEDED`.
 */
export function chooseStream(
  streams: readonly ConfiguredStream[],
  name: string,
  input: string | undefined,
): ConfiguredStream {
  const ofInput = streamsOfInput(streams, input);
  const named = ofInput.filter(({ identity }) => identity.stream === name);
  const [stream, ...others] = named;
  if (stream === undefined) {
    const names = [...new Set(ofInput.map(({ identity }) => identity.stream))];
    throw cliError('USAGE_STREAM_UNKNOWN', unknown('stream', name, names));
  }
  if (others.length > 0) {
    const choices = named.map(({ identity }) => identity.input).join(', ');
    throw cliError('USAGE_INPUT_NEEDED', `${name} exists in ${choices}; name one with --input`);
  }
  return stream;
}

/** The streams of one input, of all where none is named. Throws `USAGE_INPUT_UNKNOWN`. */
export function streamsOfInput(
  streams: readonly ConfiguredStream[],
  input: string | undefined,
): readonly ConfiguredStream[] {
  const inputs = [...new Set(streams.map(({ identity }) => identity.input))];
  if (input !== undefined && !inputs.includes(input)) {
    throw cliError('USAGE_INPUT_UNKNOWN', unknown('input', input, inputs));
  }
  return streams.filter(({ identity }) => input === undefined || identity.input === input);
}

function unknown(kind: string, found: string, known: readonly string[]): string {
  if (known.length === 0) return `found ${kind} "${found}", but the config has no enabled ${kind}`;
  const nearest = nearestKey(found, known);
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return `found ${kind} "${found}", expected one of ${known.join(', ')}${hint}`;
}
