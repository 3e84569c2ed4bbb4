import type { ListRequest } from './list-request.js';
import type { Timeline } from './timeline.js';

/** One kind of record as a list call sees it. */
export interface ListSource {
  /** Everything visible, in any order. */
  readonly visible: Timeline;
  /** The order by a field, where one is kept ready. */
  readonly orderBy: (field: string) => Timeline | undefined;
  /** Time of a record in a field; epoch ms. */
  readonly timeOf: (field: string, index: number) => number;
  /** The visible record that has an id. */
  readonly indexOf: (id: string) => number | undefined;
}

export interface ListedRows {
  /** Rows that match, unsaturated. */
  readonly total: number;
  /** Records of the page asked for. */
  readonly indexes: readonly number[];
  /** Positions of all matching rows in the kept order: `[from, to)`; undefined for a search by ids. */
  readonly span: { readonly from: number; readonly to: number } | undefined;
}

/** The rows a list call gets. `offsetCap`: no rows from that offset on; 0: no cap. */
export function listRows(source: ListSource, request: ListRequest, offsetCap: number): ListedRows {
  const searchTo = offsetCap === 0 ? request.searchTo : Math.min(request.searchTo, offsetCap);
  const order = request.ids === undefined ? source.orderBy(request.timeField) : undefined;
  if (order === undefined) {
    const matching = search(source, request);
    const indexes = matching.slice(request.searchFrom, Math.max(request.searchFrom, searchTo));
    return { total: matching.length, indexes, span: undefined };
  }
  const from = order.firstFrom(request.fromMs);
  const to = order.firstAfter(request.toMs);
  const indexes: number[] = [];
  for (let row = request.searchFrom; row < Math.min(searchTo, to - from); row++) {
    indexes.push(order.at(request.descending ? to - 1 - row : from + row));
  }
  return { total: to - from, indexes, span: { from, to } };
}

function search(source: ListSource, request: ListRequest): readonly number[] {
  const timeOf = (index: number): number => source.timeOf(request.timeField, index);
  const ids = request.ids;
  const candidates =
    ids === undefined
      ? Array.from({ length: source.visible.size }, (_, position) => source.visible.at(position))
      : [...new Set(ids)].flatMap((id) => source.indexOf(id) ?? []);
  const direction = request.descending ? -1 : 1;
  return candidates
    .filter((index) => timeOf(index) >= request.fromMs && timeOf(index) <= request.toMs)
    .sort((left, right) => direction * (timeOf(left) - timeOf(right) || left - right));
}
