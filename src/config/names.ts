import { addProblem } from './findings.js';
import type { Findings } from './findings.js';
import { FORMATS } from './formats.js';
import { printable } from './printable.js';

/** Checks a free name of an input or an output, which becomes part of workflow ids and file names. */
export function checkName(findings: Findings, path: string, name: string): void {
  if (FORMATS.name.accepts(name, {})) return;
  addProblem(findings, 'CONFIG_NAME_INVALID', path, {
    found: name === '' ? 'an empty name' : printable(name),
    expected: FORMATS.name.expected({}),
  });
}
