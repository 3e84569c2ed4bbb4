import type { Command } from 'commander';
import { configOption, examples } from './command-options.js';
import { cliError } from './errors.js';
import type { Io } from './io.js';
import { loadForSteering } from './load-for-command.js';
import type { GlobalOptions } from './program.js';

const ANSWER_MS = 5_000;

/** `health`: whether the collector of this config file lives, for a container's health check. */
export function addHealth(program: Command, io: Io): void {
  program
    .command('health')
    .description('ask the running collector whether it lives, as a container does')
    .addOption(configOption())
    .addHelpText('after', examples('cortex-devo health'))
    .action(async (options: { config?: string }) => {
      const config = await loadForSteering(io, { ...options, ...program.opts<GlobalOptions>() });
      const [listener = { host: '127.0.0.1', port: 0 }] = config.http;
      const url = healthUrl(listener);
      try {
        const { status } = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
        if (status !== 200) throw new Error(`status ${status}`);
      } catch {
        throw cliError(
          'HEALTH_NO_ANSWER',
          `found no healthy answer at ${url}, expected status 200`,
        );
      }
      io.print(`${io.colors.green('ok')} ${url}`);
    });
}

/** Who listens on all addresses is asked on loopback. */
function healthUrl({ host, port }: { readonly host: string; readonly port: number }): string {
  const asked = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${asked.includes(':') ? `[${asked}]` : asked}:${port}/healthz`;
}
