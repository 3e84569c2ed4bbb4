import type { ConfigErrorCode, ConfigProblem } from './errors.js';
import type { ConfigWarning } from './model.js';

/** What reading a config file brings to light; filled while it is read. */
export interface Findings {
  readonly problems: ConfigProblem[];
  readonly warnings: ConfigWarning[];
  /** Paths of the keys that are known and have no meaning here. */
  readonly unusedKeys: string[];
}

export function noFindings(): Findings {
  return { problems: [], warnings: [], unusedKeys: [] };
}

/** Adds a mistake; `found` has to be safe to print, `advice` says what to do where it is not plain. */
export function addProblem(
  findings: Findings,
  code: ConfigErrorCode,
  path: string,
  details: { found: string; expected: string; advice?: string | undefined },
): void {
  const { found, expected, advice } = details;
  const message = `found ${found}, expected ${expected}${advice === undefined ? '' : `; ${advice}`}`;
  findings.problems.push({ path, found, expected, code, message });
}

export function addWarning(
  findings: Findings,
  code: ConfigErrorCode,
  path: string,
  message: string,
): void {
  findings.warnings.push({ path, message, code, severity: 'warning' });
}

/** Makes warnings of the mistakes with this code. */
export function asWarnings(findings: Findings, code: ConfigErrorCode): void {
  const { problems } = findings;
  const kept = problems.filter((each) => each.code !== code);
  for (const each of problems) {
    if (each.code === code) addWarning(findings, code, each.path, each.message);
  }
  problems.splice(0, problems.length, ...kept);
}

/** All warnings, and one entry of information that lists the keys without meaning. */
export function allWarnings({ warnings, unusedKeys }: Findings): ConfigWarning[] {
  const [first, ...others] = unusedKeys;
  if (first === undefined) return [...warnings];
  return [
    ...warnings,
    {
      path: first,
      code: 'CONFIG_KEYS_UNUSED',
      message: `accepted, not needed by this collector${others.length === 0 ? '' : `; so are ${others.join(', ')}`}`,
      severity: 'info',
    },
  ];
}
