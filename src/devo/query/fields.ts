import type { FieldSource } from './text.js';

/** A column of a table, as Devo describes it. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** Names that tables give the column with the whole text of an event. */
const RAW_COLUMNS = ['rawMessage', 'raw', 'rawSource'];

/**
 * Where a table has the fields of the delivered JSON; undefined: neither in columns nor in a text, or not all of
 * them. How Devo's parsers name a column after a field is not documented, so the name is looked for in any case and
 * with what was met in place of an `@`. `named` gives the column of a field instead.
 */
export function findFields(
  columns: readonly Column[],
  fields: readonly string[],
  named: Readonly<Record<string, string>> = {},
): FieldSource[] | undefined {
  const raw = RAW_COLUMNS.find((name) => columns.some((column) => column.name === name));
  const found = fields.map((field): FieldSource | undefined => {
    const name = named[field] ?? columnOf(columns, field);
    if (name !== undefined) return { kind: 'column', name };
    return raw === undefined ? undefined : { kind: 'json', column: raw, field };
  });
  const sources = found.filter((source) => source !== undefined);
  return sources.length === fields.length ? sources : undefined;
}

function columnOf(columns: readonly Column[], field: string): string | undefined {
  const plain = field.replace(/^@/, '');
  const prefix = field.startsWith('@') ? '(at_|_+)?' : '';
  const pattern = new RegExp(`^${prefix}${plain.replace(/\W/g, '_')}$`, 'i');
  return columns.find(({ name }) => pattern.test(name))?.name;
}
