import type { SchemaRow } from '../../src/config/describe-schema.js';
import { cell } from './generated-section.js';

/** One table for each level of the config file, in the order of the file. */
export function configurationSection(rows: readonly SchemaRow[]): string {
  const levels = new Map<string, SchemaRow[]>();
  for (const row of rows) {
    const title = levelOf(row);
    levels.set(title, [...(levels.get(title) ?? []), row]);
  }
  return [...levels]
    .map(([title, keys]) =>
      [
        `### ${title}\n`,
        '| key | what it is | accepted | default | environment |',
        '| --- | --- | --- | --- | --- |',
        ...keys.map(tableRow),
      ].join('\n'),
    )
    .join('\n\n');
}

/** Keys of an output's `config` go by the types that have them, for several types share the path. */
function levelOf({ path, outputTypes }: SchemaRow): string {
  const level = path.slice(0, path.lastIndexOf('.'));
  return outputTypes.length === 0
    ? `\`${level}\``
    : `\`${level}\` of type ${outputTypes.map((type) => `\`${type}\``).join(', ')}`;
}

function tableRow(row: SchemaRow): string {
  const key = row.path.slice(row.path.lastIndexOf('.') + 1);
  const also = row.aliases.length === 0 ? '' : ` Also taken: ${codes(row.aliases)}.`;
  const secret = row.secret ? ' Secret: printed as `****`.' : '';
  const variables = [
    ...(row.env === undefined ? [] : [`\`${row.env}\``]),
    ...(row.envWithoutOutputs === undefined
      ? []
      : [`\`${row.envWithoutOutputs}\` (only without \`outputs\`)`]),
  ];
  const cells = [
    `\`${key}\``,
    `${row.doc}${also}${secret}`,
    row.type,
    row.required ? 'required' : (row.default ?? ''),
    variables.join(' or '),
  ];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
