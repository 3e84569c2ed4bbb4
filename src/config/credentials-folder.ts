import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { addProblem, addWarning } from './findings.js';
import type { Findings } from './findings.js';
import type { CollectorPaths } from './model.js';
import { parseFile } from './parse-file.js';
import { describeFound, isAbsent, isMapping } from './printable.js';

const FILES = ['credentials.yaml', 'credentials.yml', 'credentials.json'] as const;

/** Secrets that lie apart from the config file. */
export interface SeparateCredentials {
  /** Credentials of the input with this name. */
  readonly ofInput: (name: string) => unknown;
  /** `verify` of the output with this name. */
  readonly ofOutput: (name: string) => unknown;
  /** Credentials for inputs that have none of their own. */
  readonly plain: unknown;
}

/**
 * Reads the one file `credentials/credentials.yaml` (or .yml, .json): either `inputs.<name>.credentials`
 * as in the config file, or `api_key` and `api_key_id` alone; and `outputs.<name>.verify`. No file: nothing.
 */
export function readCredentialsFolder(
  paths: CollectorPaths,
  findings: Findings,
): SeparateCredentials {
  const none: SeparateCredentials = {
    ofInput: () => undefined,
    ofOutput: () => undefined,
    plain: undefined,
  };
  const [file, second] = FILES.map((name) => join(paths.credentials, name)).filter((path) =>
    existsSync(path),
  );
  if (file === undefined) return none;
  if (second !== undefined) {
    addWarning(
      findings,
      'CONFIG_KEY_MISPLACED',
      second,
      `found a second file, which has no effect beside ${file}; keep one of the two`,
    );
  }
  const parsed = parseFile(file, findings);
  if (parsed === undefined || isAbsent(parsed.raw)) return none;
  const { raw } = parsed;
  if (!isMapping(raw)) {
    addProblem(findings, 'CONFIG_VALUE_INVALID', file, {
      found: describeFound(raw, true),
      expected: 'api_key and api_key_id, or inputs.<name>.credentials',
    });
    return none;
  }
  const { inputs, outputs, ...plain } = raw;
  return {
    ofInput: (name) => namedPart(inputs, name, 'credentials'),
    ofOutput: (name) => namedPart(outputs, name, 'verify'),
    plain: Object.keys(plain).length > 0 ? plain : undefined,
  };
}

function namedPart(all: unknown, name: string, part: string): unknown {
  const named = isMapping(all) && Object.hasOwn(all, name) ? all[name] : undefined;
  return isMapping(named) ? named[part] : undefined;
}
