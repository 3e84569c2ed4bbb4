import { since } from './cell-text.js';
import type { TableStyle } from './table.js';

/** Something wrong with one stream or backfill. */
export interface Trouble {
  /** Which one, for example `cortex_xdr incidents`. */
  readonly subject: string;
  readonly severity: 'error' | 'warning';
  /** The code, or what kind of word it is. */
  readonly code: string;
  readonly message: string;
  /** Rounds in a row; 0: not counted. */
  readonly failures: number;
  /** Epoch ms; null: nothing is tried. */
  readonly nextTryMs: number | null;
}

/** More subjects than this of one trouble are only counted. */
const NAMED_MOST = 12;
const INDENT = '  ';

/** A warning of the last pull. */
export function warning(message: string) {
  return { severity: 'warning', code: 'warning', message, failures: 0, nextTryMs: null } as const;
}

/** Each trouble once, with all that have it: whom it concerns, then what it is; broken between words. */
export function troubleLines(
  troubles: readonly Trouble[],
  { colors, columns, nowMs }: TableStyle,
): string[] {
  const groups = new Map<string, Trouble[]>();
  for (const trouble of troubles) {
    const same = `${trouble.code} ${trouble.message}`;
    groups.set(same, [...(groups.get(same) ?? []), trouble]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { severity, code, message } = first;
    const subjects = group.map(({ subject }) => subject);
    const more = subjects.length - NAMED_MOST;
    const named = subjects.slice(0, NAMED_MOST).join(', ') + (more > 0 ? ` and ${more} more` : '');
    const paint = severity === 'error' ? colors.red : colors.yellow;
    const [head = '', ...rest] = wrapped(`${code}  ${named}`, columns);
    return [
      paint(code) + head.slice(code.length),
      ...rest,
      ...wrapped(INDENT + message + againText(group, nowMs), columns),
    ];
  });
}

function againText(group: readonly Trouble[], nowMs: number): string {
  const failures = Math.max(...group.map((each) => each.failures));
  const tries = group.flatMap(({ nextTryMs }) => (nextTryMs === null ? [] : [nextTryMs]));
  if (failures === 0 || tries.length === 0) return '';
  return `; failures: ${failures}, next try in ${since(nowMs, Math.min(...tries))}`;
}

/** Lines of at most `columns`, broken between words where that is possible; all but the first indented. */
function wrapped(text: string, columns = Infinity): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > columns) {
    const at = rest.lastIndexOf(' ', columns);
    const end = at > INDENT.length ? at : columns;
    lines.push(rest.slice(0, end).trimEnd());
    rest = INDENT + rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
