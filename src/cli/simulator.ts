import type { Command } from 'commander';
import { countArgument, examples, factorArgument, portArgument } from './command-options.js';
import { cliError } from './errors.js';
import type { Io } from './io.js';

interface SimulatorCommandOptions {
  readonly dir: string;
  readonly tenantPort: number;
  readonly receiverPort: number;
  readonly incidents: number;
  readonly speed: number;
}

/** `simulator`: the tenant and the Devo of the demo as a process of their own, for trials. */
export function addSimulator(program: Command, io: Io): void {
  program
    .command('simulator')
    .description('run the simulated tenant and Devo alone, for trials')
    .requiredOption('--dir <folder>', 'where to write a config folder that points to the two')
    .option('--incidents <count>', 'incidents of the last 12 hours', countArgument, 1_000)
    .option('--speed <factor>', 'how fast new records appear, 0 for none', factorArgument, 1)
    .option('--tenant-port <port>', 'port of the tenant, 0 for a free one', portArgument, 0)
    .option('--receiver-port <port>', 'port of the receiver, 0 for a free one', portArgument, 0)
    .addHelpText(
      'after',
      examples(
        'cortex-devo simulator --dir trial',
        'cortex-devo up --config trial/config/config.yaml',
      ),
    )
    .action(async ({ dir, ...options }: SimulatorCommandOptions) => {
      const [{ loadSimulator }, { makeFolder }] = await Promise.all([
        import('./load-simulator.js'),
        import('./demo-place.js'),
      ]);
      const { runSimulator, scenario } = await loadSimulator();
      const folder = await makeFolder(dir);
      await runSimulator({
        ...scenario({ folder, nowMs: io.nowMs(), ...options }),
        print: (line) => io.print(line),
        until: io.interruption(),
      }).catch((error: unknown) => {
        const { code, message } = error as NodeJS.ErrnoException;
        throw code === 'EADDRINUSE' ? cliError('SIMULATOR_PORT_IN_USE', message) : error;
      });
    });
}
