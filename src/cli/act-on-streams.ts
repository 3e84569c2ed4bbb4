import { signalStream } from '../worker/signal.js';
import type { StreamCommand } from '../worker/signal.js';
import { streamsOf } from '../worker/streams.js';
import type { ConfiguredStream } from '../worker/streams.js';
import { chooseStream, streamsOfInput } from './choose-stream.js';
import { cliError } from './errors.js';
import type { Io } from './io.js';
import { loadForSteering } from './load-for-command.js';
import { reportError } from './report-error.js';
import { withSession } from './with-session.js';

/** What a command that acts on streams was given. */
export interface StreamChoice {
  readonly config?: string;
  readonly debug?: boolean;
  /** Name of the stream, as `status` shows it. */
  readonly service?: string | undefined;
  /** Every stream, of `input` where that is given. */
  readonly all?: boolean;
  readonly input?: string;
}

export interface StreamAct {
  /** Raises where the operator does not want it after all. */
  readonly confirm?: (streams: readonly ConfiguredStream[]) => Promise<void>;
  readonly command: (stream: ConfiguredStream) => StreamCommand;
  /** What the stream does then, after its name. */
  readonly done: (stream: ConfiguredStream) => string;
}

/**
 * Finds the streams, sends each its command and prints what comes of it. Raises `USAGE_` errors for names that do not
 * fit, what `confirm` raises, what joining Temporal raises, and after all were tried `STREAM_NOT_STARTED` or
 * `STREAM_ENDED` of the first that does not run.
 */
export async function actOnStreams(io: Io, choice: StreamChoice, act: StreamAct): Promise<void> {
  const { service, all, input } = choice;
  if ((service === undefined) !== (all === true)) {
    throw cliError(
      'USAGE_STREAM_NEEDED',
      `found ${service === undefined ? 'no stream' : 'a stream and --all'}, expected the name of a stream, as \`status\` shows it, or --all`,
    );
  }
  const config = await loadForSteering(io, choice);
  const known = streamsOf(config, false);
  const streams =
    service === undefined ? streamsOfInput(known, input) : [chooseStream(known, service, input)];
  await act.confirm?.(streams);
  await withSession(io, config, choice, async (session) => {
    const failures: unknown[] = [];
    for (const stream of streams) {
      try {
        const how = await signalStream(session, stream.workflowId, act.command(stream));
        const { stream: name, input } = stream.identity;
        const when = how === 'answered' ? '' : '; no worker answers, so it was sent as a signal';
        io.print(`${io.colors.green('ok')} ${name} of ${input} ${act.done(stream)}${when}`);
      } catch (error) {
        failures.push(error);
      }
    }
    const [first, ...others] = failures;
    for (const error of others) reportError(error, io, false);
    if (first !== undefined) throw first;
  });
}
