import type { Command } from 'commander';
import { nearestKey } from '../config/nearest-key.js';
import { examples } from './command-options.js';
import { cliError } from './errors.js';
import type { Io } from './io.js';

/** `explain`: what docs/troubleshooting.md says of an error. */
export function addExplain(program: Command, io: Io): void {
  program
    .command('explain')
    .description('say what an error means and what to do about it')
    .argument('<code>', 'the code of the error, as messages show it')
    .addHelpText('after', examples('cortex-devo explain CORTEX_UNAUTHORIZED'))
    .action(async (asked: string) => {
      const { ALL_ERRORS } = await import('../errors/all-errors.js');
      const code = asked.toUpperCase();
      const entries = ALL_ERRORS.flatMap((chapter) => Object.entries(chapter.entries));
      const found = entries.find(([known]) => known === code);
      if (found === undefined) {
        const nearest = nearestKey(
          code,
          entries.map(([known]) => known),
        );
        const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
        throw cliError(
          'USAGE_CODE_UNKNOWN',
          `found ${asked}, expected a code of this collector${hint}`,
        );
      }
      const [, { title, cause, action }] = found;
      io.print(`${io.colors.bold(code)}: ${title}\n\n${cause}\n\nWhat to do: ${action}`);
    });
}
