import type { ConfigProblem } from './errors.js';
import type { ConfigWarning } from './model.js';

/** One line per mistake: `CONFIG_KEY_MISSING inputs.x.id: found nothing, expected …`. */
export function problemLines(problems: readonly ConfigProblem[]): string[] {
  return problems.map(({ code, path, message }) => `${code} ${path}: ${message}`);
}

/** One line per warning, as for mistakes. */
export function warningLines(warnings: readonly ConfigWarning[]): string[] {
  return warnings.map(({ code, path, message }) => `${code} ${path}: ${message}`);
}
