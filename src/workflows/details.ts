import type { StreamError } from '../pull/status.js';

/** A row of the small table on a workflow's page. */
export type DetailsRow = readonly [name: string, text: string];

/** A table in Markdown, without a head. */
export function detailsTable(rows: readonly DetailsRow[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  // Temporal UI draws cells without padding, and Markdown keeps no spaces but these.
  const lines = rows.map(([name, text]) => `| ${name}\u00a0\u00a0 | ${cell(text)} |`);
  return ['| | |', '|---|---|', ...lines].join('\n');
}

/** One row per error in force, with its code and the next try. */
export function errorRows(errors: readonly (StreamError | null)[]): DetailsRow[] {
  return errors
    .filter((error) => error !== null)
    .map(({ code, message, failures, nextTryMs }) => {
      const next = nextTryMs === null ? '' : `, next try ${new Date(nextTryMs).toISOString()}`;
      return ['error', `${verbatim(`${code}: ${message}`)} (failures: ${failures}${next})`];
    });
}

/** As Markdown's code: elsewhere quotes become typographic ones, and an example copied is no JSON any more. */
export function verbatim(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``;
}
