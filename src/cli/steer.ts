import type { Command } from 'commander';
import { allOption, configOption, examples, inputOption } from './command-options.js';
import type { Io } from './io.js';
import type { GlobalOptions } from './program.js';

/** A command that sends a stream one signal without a payload. */
interface Steering {
  readonly name: string;
  readonly signal: 'pause' | 'resume' | 'pullNow';
  readonly description: string;
  /** What the stream does then, after its name. */
  readonly done: string;
}

interface SteeringOptions {
  readonly config?: string;
  readonly input?: string;
  readonly all?: boolean;
}

const STEERINGS: readonly Steering[] = [
  {
    name: 'pull-now',
    signal: 'pullNow',
    description: 'pull a stream at once instead of at its next period',
    done: 'pulls now',
  },
  {
    name: 'pause',
    signal: 'pause',
    description: 'let a stream finish the window in hand, then rest until `resume`',
    done: 'pauses after the window in hand',
  },
  {
    name: 'resume',
    signal: 'resume',
    description: 'end a pause, or the wait after an error',
    done: 'goes on',
  },
];

/** `pull-now`, `pause` and `resume`. */
export function addSteering(program: Command, io: Io): void {
  for (const { name, signal, description, done } of STEERINGS) {
    program
      .command(name)
      .description(description)
      .argument('[stream]', 'stream, as `status` names it')
      .addOption(allOption())
      .addOption(inputOption())
      .addOption(configOption())
      .addHelpText(
        'after',
        examples(`cortex-devo ${name} incidents`, `cortex-devo ${name} --all --input cortex_xdr`),
      )
      .action(async (service: string | undefined, options: SteeringOptions) => {
        const { actOnStreams } = await import('./act-on-streams.js');
        const choice = { ...options, ...program.opts<GlobalOptions>(), service };
        await actOnStreams(io, choice, { command: () => ({ signal }), done: () => done });
      });
  }
}
