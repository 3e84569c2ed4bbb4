import { signalStream } from '../worker/signal.js';
import type { StreamCommand } from '../worker/signal.js';
import { streamsOf } from '../worker/streams.js';
import type { ConfiguredStream } from '../worker/streams.js';
import { chooseStream } from './choose-stream.js';
import type { Io } from './io.js';
import { loadForSteering } from './load-for-command.js';
import { withSession } from './with-session.js';

/** What a command that acts on one stream was given. */
export interface StreamChoice {
  readonly config?: string;
  readonly debug?: boolean;
  /** Name of the stream, as `status` shows it. */
  readonly service: string;
  readonly input?: string;
}

/** What to send to the stream, and what to tell the operator then. */
export interface StreamAct {
  readonly command: StreamCommand;
  readonly done: string;
}

/**
 * Finds the stream, sends it what `decide` says and prints what comes of it. Raises `USAGE_` errors for names
 * that do not fit, `STREAM_NOT_STARTED` or `STREAM_ENDED`, what `decide` raises and what joining Temporal raises.
 */
export async function actOnStream(
  io: Io,
  choice: StreamChoice,
  decide: (stream: ConfiguredStream) => StreamAct | Promise<StreamAct>,
): Promise<void> {
  const config = await loadForSteering(io, choice);
  const stream = chooseStream(streamsOf(config, false), choice.service, choice.input);
  const { command, done } = await decide(stream);
  await withSession(io, config, choice, async (session) => {
    await signalStream(session, stream.workflowId, command);
    const { stream: name, input } = stream.identity;
    io.print(`${io.colors.green('ok')} ${name} of ${input} ${done}`);
  });
}
