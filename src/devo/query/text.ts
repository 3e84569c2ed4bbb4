/** Where a query finds a field of the delivered JSON: in a column of its own, or in the text of the whole event. */
export type FieldSource =
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'json'; readonly column: string; readonly field: string };

/** Name of the count in the reply; an alias that a table has as a column, in whatever case, is an error. */
const COUNT = 'verify_count';
const PLAIN_NAME = /^[A-Za-z_]\w*$/;
/** How a quote inside a literal is written is not documented: nothing that needs one goes into a query. */
const SAFE = /^[A-Za-z0-9._:@-]+$/;

/** The table of a tag: Devo writes a level with hyphens in camel case. */
export function tableOf(tag: string): string {
  return tag.replace(/-+([A-Za-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
}

/**
 * How many events have each value of the fields: one row per combination, the fields in their order, then the count.
 * No literal stands in it, for one of another type than its column finds nothing and says nothing. Raises a
 * RangeError for a name that cannot be written safely.
 */
export function countQuery(table: string, fields: readonly FieldSource[]): string {
  const from = `from ${table.split('.').map(quoted).join('.')}`;
  const count = `select count() as ${COUNT}`;
  const columns = fields.flatMap((field) => (field.kind === 'column' ? [quoted(field.name)] : []));
  if (columns.length === fields.length) return `${from} group by ${columns.join(', ')} ${count}`;
  const names = fields.map((_field, at) => `verify_key_${at}`);
  const selected = fields.map((field, at) => `${expression(field)} as ${names[at] ?? ''}`);
  return `${from} select ${selected.join(', ')} group by ${names.join(', ')} ${count}`;
}

function expression(field: FieldSource): string {
  if (field.kind === 'column') return `str(${quoted(field.name)})`;
  return `str(jsonparse(${quoted(field.column)})["${safe(field.field)}"])`;
}

function quoted(name: string): string {
  return PLAIN_NAME.test(name) ? name : `\`${safe(name)}\``;
}

function safe(text: string): string {
  if (SAFE.test(text)) return text;
  throw new RangeError(`found the name ${text}, expected letters, digits and . _ : @ - alone`);
}
