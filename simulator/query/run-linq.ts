import { LinqError } from './linq.js';
import type { Expression, Query, Selected } from './linq.js';

export type Value = string | number | boolean | null;
export type ColumnType = 'timestamp' | 'str' | 'int8' | 'float8' | 'bool';
export type Columns = ReadonlyMap<string, ColumnType>;
export type Row = Readonly<Record<string, Value>>;

export interface Answer {
  readonly columns: Columns;
  readonly rows: readonly Row[];
}

const AGGREGATES = ['count', 'min', 'max', 'sum'];

/** Runs a query over the rows of its table. Raises `LinqError` for names that are not there. */
export function runLinq(query: Query, table: Answer): Answer {
  let { columns, rows } = table;
  const steps = [...query.steps];
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    if (step.kind === 'where') {
      for (const condition of step.conditions) typeOf(condition, columns);
      const { conditions } = step;
      rows = rows.filter((row) => conditions.every((each) => valueOf(each, row) === true));
    } else if (step.kind === 'select') {
      const added = columnsOf(step.items, columns);
      const { items } = step;
      rows = rows.map((row) => ({ ...row, ...valuesOf(items, row) }));
      // What a step names may be used by later ones; the last select says what comes out.
      columns = steps.length > 0 ? new Map([...columns, ...added]) : added;
    } else {
      const next = steps[0]?.kind === 'select' ? steps.shift() : undefined;
      const items = next?.kind === 'select' ? next.items : [];
      ({ columns, rows } = grouped(step.by, items, columns, rows));
    }
  }
  return { columns, rows };
}

function grouped(
  by: readonly Selected[],
  items: readonly Selected[],
  columns: Columns,
  rows: readonly Row[],
): Answer {
  const keyColumns = columnsOf(by, columns);
  const groups = new Map<string, { key: Row; rows: Row[] }>();
  for (const row of rows) {
    const key = valuesOf(by, row);
    const name = JSON.stringify(Object.values(key));
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { key, rows: [row] });
    else group.rows.push(row);
  }
  const aggregates = columnsOf(items, columns);
  return {
    columns: new Map([...keyColumns, ...aggregates]),
    rows: [...groups.values()].map((group) => ({
      ...group.key,
      ...Object.fromEntries(
        items.map(({ expression, name }) => [name, aggregate(expression, group.rows)]),
      ),
    })),
  };
}

function aggregate(expression: Expression, rows: readonly Row[]): Value {
  const [first] = rows;
  if (expression.kind !== 'call' || !AGGREGATES.includes(expression.name)) {
    return first === undefined ? null : valueOf(expression, first);
  }
  const [of] = expression.args;
  if (of === undefined) return rows.length;
  const values = rows.map((row) => valueOf(of, row)).filter((value) => value !== null);
  if (expression.name === 'count') return values.length;
  const numbers = values.map(Number);
  if (expression.name === 'sum') return numbers.reduce((sum, each) => sum + each, 0);
  return numbers.reduce((best, each) =>
    expression.name === 'min' ? Math.min(best, each) : Math.max(best, each),
  );
}

function valuesOf(items: readonly Selected[], row: Row): Row {
  return Object.fromEntries(items.map(({ expression, name }) => [name, valueOf(expression, row)]));
}

function columnsOf(items: readonly Selected[], columns: Columns): Columns {
  return new Map(items.map(({ expression, name }) => [name, typeOf(expression, columns)]));
}

function typeOf(expression: Expression, columns: Columns): ColumnType {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'number' ? 'int8' : 'str';
    case 'name': {
      const type = columns.get(expression.name);
      if (type !== undefined) return type;
      throw new LinqError(
        `Unknown identifier \`${expression.name}\``,
        1_101_001,
        'QUERY_PARSING_ERROR',
      );
    }
    case 'call': {
      const types = expression.args.map((each) => typeOf(each, columns));
      if (expression.name === 'count') return 'int8';
      if (AGGREGATES.includes(expression.name)) return types[0] ?? 'int8';
      if (expression.name === 'toktains') return 'bool';
      if (expression.name === 'str' || expression.name === 'jsonparse') return 'str';
      throw new LinqError(
        `No such function \`${expression.name}\``,
        1_101_002,
        'QUERY_PARSING_ERROR',
      );
    }
    case 'at':
      return typeOf(expression.of, columns);
    case 'compare':
      typeOf(expression.left, columns);
      typeOf(expression.right, columns);
      return 'bool';
    case 'in':
      typeOf(expression.left, columns);
      return 'bool';
  }
}

function valueOf(expression: Expression, row: Row): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      return row[expression.name] ?? null;
    case 'call':
      return callOf(
        expression.name,
        expression.args.map((each) => valueOf(each, row)),
      );
    case 'at':
      return memberOf(valueOf(expression.of, row), valueOf(expression.key, row));
    case 'in': {
      const left = valueOf(expression.left, row);
      return expression.list.some((each) => valueOf(each, row) === left);
    }
    case 'compare':
      return compare(
        expression.operator,
        valueOf(expression.left, row),
        valueOf(expression.right, row),
      );
  }
}

function callOf(name: string, [first = null, second = null]: readonly Value[]): Value {
  if (name === 'str') return first === null ? null : String(first);
  if (name === 'jsonparse') return first;
  // A whole token, case and all.
  return (
    typeof first === 'string' &&
    typeof second === 'string' &&
    first.split(/[^A-Za-z0-9_]+/).includes(second)
  );
}

/** A member of a JSON text; null where it is no JSON, or has no such member. */
function memberOf(text: Value, key: Value): Value {
  if (typeof text !== 'string' || key === null) return null;
  try {
    const member = (JSON.parse(text) as Record<string, unknown> | null)?.[String(key)];
    if (member === undefined || member === null) return null;
    return typeof member === 'object' ? JSON.stringify(member) : (member as Value);
  } catch {
    return null;
  }
}

/** Values of different types are never equal, and nothing says so: the query simply finds no row. */
function compare(operator: string, left: Value, right: Value): boolean {
  if (left === null || right === null || typeof left !== typeof right) return false;
  switch (operator) {
    case '=':
      return left === right;
    case '!=':
      return left !== right;
    case '>=':
      return left >= right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '<':
      return left < right;
    default:
      return typeof left === 'string' && left.includes(String(right));
  }
}
