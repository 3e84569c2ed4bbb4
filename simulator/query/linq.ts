/** An expression of a query. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'at'; readonly of: Expression; readonly key: Expression }
  | {
      readonly kind: 'compare';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'in'; readonly left: Expression; readonly list: readonly Expression[] };

export interface Selected {
  readonly expression: Expression;
  readonly name: string;
}

/** One step of a query's pipeline. */
export type Step =
  | { readonly kind: 'where'; readonly conditions: readonly Expression[] }
  | { readonly kind: 'select'; readonly items: readonly Selected[] }
  | { readonly kind: 'group'; readonly by: readonly Selected[] };

export interface Query {
  readonly table: string;
  readonly steps: readonly Step[];
}

/** A query that Devo would refuse, with the number and the kind it gives. */
export class LinqError extends Error {
  constructor(
    message: string,
    readonly number: number,
    readonly kind: 'QUERY_PARSING_ERROR' | 'MISSING_RESOURCE',
  ) {
    super(message);
    this.name = 'LinqError';
  }
}

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*"|'[^']*')|(`[^`]+`|[A-Za-z_][\w]*(?:\.[\w]+)*)|(\d+(?:\.\d+)?)|(->|>=|<=|!=|[=<>(){}[\],:*-]))/y;
const CLAUSES = ['where', 'select', 'group', 'pragma'];

/** Parses the part of LINQ that is simulated. Raises `LinqError`, which like Devo names no position. */
export function parseLinq(text: string): Query {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = (): string | undefined => tokens[at];
  const isNext = (...words: string[]): boolean => words.includes(peek() ?? '');
  const take = (): string => {
    const token = tokens[at++];
    if (token === undefined) throw syntaxError();
    return token;
  };
  const takes = (word: string): boolean => {
    if (!isNext(word)) return false;
    at++;
    return true;
  };
  const expect = (word: string): void => {
    if (!takes(word)) throw syntaxError();
  };
  const listOf = <T>(item: () => T): T[] => {
    const items = [item()];
    while (takes(',')) items.push(item());
    return items;
  };

  function primary(): Expression {
    if (takes('(')) {
      const inner = expression();
      expect(')');
      return inner;
    }
    const token = take();
    if (/^["']/.test(token)) return { kind: 'literal', value: unquote(token) };
    if (/^\d/.test(token)) return { kind: 'literal', value: Number(token) };
    if (!/^[A-Za-z_`]/.test(token) || CLAUSES.includes(token)) throw syntaxError();
    if (!takes('(')) return { kind: 'name', name: token.replaceAll('`', '') };
    const args = isNext(')') ? [] : listOf(expression);
    expect(')');
    return { kind: 'call', name: token, args };
  }

  function postfix(): Expression {
    let of = primary();
    while (takes('[')) {
      of = { kind: 'at', of, key: primary() };
      expect(']');
    }
    return of;
  }

  function expression(): Expression {
    const left = postfix();
    if (takes('in')) {
      expect('{');
      const list = listOf(primary);
      expect('}');
      return { kind: 'in', left, list };
    }
    if (!isNext('=', '!=', '>=', '<=', '>', '<', '->')) return left;
    return { kind: 'compare', operator: take(), left, right: postfix() };
  }

  function selected(): Selected {
    const found = expression();
    if (takes('as')) return { expression: found, name: take().replaceAll('`', '') };
    return { expression: found, name: found.kind === 'name' ? found.name : `_${at}` };
  }

  function step(): Step | undefined {
    const clause = take();
    if (clause === 'where') return { kind: 'where', conditions: listOf(expression) };
    if (clause === 'select') {
      return takes('*') ? undefined : { kind: 'select', items: listOf(selected) };
    }
    if (clause === 'group') return { kind: 'group', by: takes('by') ? listOf(selected) : [] };
    if (clause === 'pragma') {
      take();
      expect(':');
      take();
      return undefined;
    }
    throw syntaxError();
  }

  expect('from');
  const table = take().replaceAll('`', '');
  const steps: Step[] = [];
  while (peek() !== undefined) {
    const found = step();
    if (found !== undefined) steps.push(found);
  }
  return { table, steps };
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (match === null) throw syntaxError();
    tokens.push(match[0].trim());
  }
  return tokens;
}

function unquote(token: string): string {
  const inner = token.slice(1, -1);
  return token.startsWith('"') ? inner.replace(/\\(.)/g, '$1') : inner;
}

function syntaxError(): LinqError {
  return new LinqError('Error parsing query', 1_100_001, 'QUERY_PARSING_ERROR');
}
