import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { configOption, examples } from './command-options.js';
import { cliError } from './errors.js';
import type { Io } from './io.js';

interface InitOptions {
  readonly config?: string;
  readonly host?: string;
  readonly keyId?: string;
  readonly output?: string;
}

/** `init`: a first config file, from the answers to three questions. */
export function addInit(program: Command, io: Io): void {
  program
    .command('init')
    .description('write a first config file, with a word on each key')
    .addOption(configOption())
    .option('--host <host>', 'host of the Cortex XDR tenant')
    .option('--key-id <id>', 'id of its API key')
    .option('--output <host>', "host of Devo's collector endpoint")
    .addHelpText(
      'after',
      examples(
        'cortex-devo init',
        'cortex-devo init --host acme.xdr.eu.paloaltonetworks.com --key-id 7 --output collector-eu.devo.io',
      ),
    )
    .action(async (options: InitOptions) => {
      const [{ configFile, collectorPaths }, { firstConfig }, { writeDurably, makeFolder }] =
        await Promise.all([
          import('../config/paths.js'),
          import('../config/first-config.js'),
          import('../segments/durable-file.js'),
        ]);
      const { path } = configFile(options.config, io.env, process.cwd());
      if (existsSync(path)) {
        throw cliError(
          'USAGE_CONFIG_EXISTS',
          `found ${path}, expected none: init overwrites nothing`,
        );
      }
      const paths = collectorPaths(path);
      const text = firstConfig(
        {
          host: await answer(io, options.host, '--host', 'Host of the Cortex XDR tenant: '),
          keyId: await answer(io, options.keyId, '--key-id', 'Id of its API key: '),
          output: await answer(io, options.output, '--output', "Host of Devo's endpoint: "),
        },
        paths,
        io.nowMs(),
      );
      for (const folder of [paths.root, paths.certs, paths.credentials]) await makeFolder(folder);
      await makeFolder(dirname(path));
      await writeDurably(path, text);
      io.print(`${io.colors.green('ok')} wrote ${path}`);
      io.print(`Put the API key into ${paths.credentials}/credentials.yaml (api_key: ...),`);
      io.print(`and Devo's chain.crt, domain.crt and domain.key into ${paths.certs}.`);
      io.print('Then: cortex-devo validate');
    });
}

/** What was given, else what somebody types. Raises `USAGE_OPTION_NEEDED` where nobody can. */
async function answer(
  io: Pick<Io, 'ask' | 'canAsk'>,
  given: string | undefined,
  option: string,
  question: string,
): Promise<string> {
  const text = given ?? (io.canAsk ? await io.ask(question) : '');
  if (text !== '') return text;
  throw cliError('USAGE_OPTION_NEEDED', `found no answer, expected a value for ${option}`);
}
