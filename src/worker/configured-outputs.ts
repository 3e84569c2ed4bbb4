import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { OutputConfig } from '../config/model.js';
import { createOutput } from '../devo/create-output.js';
import type { Output } from '../devo/output.js';
import { isTableReadable } from '../devo/tcp-table.js';

/** The outputs of the config in force, made anew only where theirs changed. */
export function configuredOutputs(
  configs: () => readonly OutputConfig[],
): (name: string) => Output | undefined {
  const made = new Map<string, { readonly config: OutputConfig; readonly output: Output }>();
  return (name) => {
    const config = configs().find((each) => each.name === name);
    if (config === undefined) return undefined;
    const known = made.get(name);
    if (known !== undefined && isDeepStrictEqual(known.config, config)) return known.output;
    const output = createOutput(config);
    made.set(name, { config, output });
    return output;
  };
}

/** Says once where the kernel does not show what a receiver has acknowledged. */
export async function warnOfWeakConfirmation(
  outputs: readonly OutputConfig[],
  log: Logger,
): Promise<void> {
  const confirmed = outputs.filter((output) => 'confirmWaitMs' in output).map(({ name }) => name);
  if (confirmed.length === 0 || (await isTableReadable())) return;
  log.warn(
    { code: 'DEVO_CONFIRM_WEAK', outputs: confirmed },
    'This host does not show what a receiver has acknowledged: an orderly close counts, an open connection does not',
  );
}
