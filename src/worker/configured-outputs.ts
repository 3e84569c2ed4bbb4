import { isDeepStrictEqual } from 'node:util';
import type { OutputConfig } from '../config/model.js';
import { createOutput } from '../devo/create-output.js';
import type { Output } from '../devo/output.js';

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
