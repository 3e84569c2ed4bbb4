import type { StreamError } from '../pull/status.js';

/** A row of the small table on a workflow's page. */
export type DetailsRow = readonly [name: string, text: string];

/** A table in Markdown, without a head. */
export function detailsTable(rows: readonly DetailsRow[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  return ['| | |', '|---|---|', ...rows.map(([name, text]) => `| ${name} | ${cell(text)} |`)].join(
    '\n',
  );
}

/** One row per error in force, with its code and the next try. */
export function errorRows(errors: readonly (StreamError | null)[]): DetailsRow[] {
  return errors
    .filter((error) => error !== null)
    .map(({ code, message, failures, nextTryMs }) => {
      const next = nextTryMs === null ? '' : `, next try ${new Date(nextTryMs).toISOString()}`;
      return ['error', `${code}: ${message} (failures: ${failures}${next})`];
    });
}
