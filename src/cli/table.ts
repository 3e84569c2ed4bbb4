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

/** Draws a line per row; columns that matter least leave first where it is narrow. */
export function drawTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  style: TableStyle,
): string {
  const { colors, nowMs } = style;
  const shown = fitting(rows, columns, style);
  const lines = [
    shown.map(({ column: { title, align }, width }) => colors.dim(padded(title, width, align))),
    ...rows.map((row) =>
      shown.map(({ column: { cell, paint, align }, width }) => {
        const text = padded(cell(row, nowMs), width, align);
        return paint === undefined ? text : paint(row, colors)(text);
      }),
    ),
  ];
  return lines.map((cells) => cells.join(' '.repeat(GAP)).trimEnd()).join('\n');
}

function padded(text: string, width: number, align: 'right' | undefined): string {
  return align === 'right' ? text.padStart(width) : text.padEnd(width);
}

function fitting<Row>(
  rows: readonly Row[],
  all: readonly Column<Row>[],
  { columns, nowMs }: TableStyle,
): { column: Column<Row>; width: number }[] {
  const shown = all.map((column) => ({
    column,
    width: Math.max(column.title.length, ...rows.map((row) => column.cell(row, nowMs).length)),
  }));
  const total = () => shown.reduce((sum, { width }) => sum + width + GAP, -GAP);
  const leaving = shown
    .filter(({ column }) => column.leaves !== undefined)
    .sort((a, b) => (b.column.leaves ?? 0) - (a.column.leaves ?? 0));
  for (const each of leaving) {
    if (columns === undefined || total() <= columns) break;
    shown.splice(shown.indexOf(each), 1);
  }
  return shown;
}
