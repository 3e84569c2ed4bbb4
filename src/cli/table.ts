import Table from 'cli-table3';
import type { Colors, Formatter } from 'picocolors/types.js';

/** How a table is drawn: `columns` is the width it must fit, undefined for any. */
export interface TableStyle {
  readonly colors: Colors;
  readonly columns: number | undefined;
  /** Epoch ms. */
  readonly nowMs: number;
}

/** One column of a table without borders. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row, nowMs: number) => string;
  readonly align?: 'right';
  /** The column with the highest number leaves first where the terminal is too narrow. */
  readonly leaves?: number;
  readonly paint?: (row: Row, colors: Colors) => Formatter;
}

const GAP = 2;

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(GAP),
};

/** Draws a line per row; columns that matter least leave first where it is narrow. */
export function drawTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  style: TableStyle,
): string {
  const shown = fitting(rows, columns, style);
  const table = new Table({
    head: shown.map(({ title }) => style.colors.dim(title)),
    colAligns: shown.map(({ align }) => align ?? 'left'),
    chars: NO_BORDERS,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) {
    table.push(
      shown.map(({ cell, paint }) => {
        const text = cell(row, style.nowMs);
        return paint === undefined ? text : paint(row, style.colors)(text);
      }),
    );
  }
  return table.toString();
}

function fitting<Row>(
  rows: readonly Row[],
  all: readonly Column<Row>[],
  { columns, nowMs }: TableStyle,
): Column<Row>[] {
  const widths = new Map(
    all.map((column) => [
      column,
      Math.max(column.title.length, ...rows.map((row) => column.cell(row, nowMs).length)),
    ]),
  );
  const shown = [...all];
  const width = () => shown.reduce((sum, column) => sum + (widths.get(column) ?? 0) + GAP, -GAP);
  const leaving = all
    .filter((column) => column.leaves !== undefined)
    .sort((a, b) => (b.leaves ?? 0) - (a.leaves ?? 0));
  for (const column of leaving) {
    if (columns === undefined || width() <= columns) break;
    shown.splice(shown.indexOf(column), 1);
  }
  return shown;
}
