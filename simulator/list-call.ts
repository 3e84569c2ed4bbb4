import { ApiFault, parameterFault } from './tenant-reply.js';
import type { Population } from './population.js';
import type { Timeline } from './timeline.js';

/** What a list call can be asked for. */
export interface ListRules {
  /** Fields that `gte` and `lte` and the sort take. */
  readonly timeFields: readonly string[];
  readonly idList?: { readonly field: string; readonly type: 'string' | 'integer' };
}

/** A list call that passed all checks. Times are epoch ms and belong to the range. */
export interface ListRequest {
  /** The field of filter and sort. */
  readonly timeField: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly ids: readonly string[] | undefined;
  readonly searchFrom: number;
  readonly searchTo: number;
  readonly descending: boolean;
}

/** The API's largest page. */
const PAGE_ROWS = 100;

/** `request_data` of a body; a body without it is refused with 400. */
export function requestData(body: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new ApiFault(400, 'Bad Request. Got an invalid JSON.');
  }
  const data = isObject(parsed) ? parsed.request_data : undefined;
  if (!isObject(data)) throw new ApiFault(400, 'Bad Request. request_data is missing');
  return data;
}

/**
 * Checks `request_data` of a list call as strictly as the API does.
 * @throws {ApiFault} 500 with the parameter in its text
 */
export function parseListRequest(data: Record<string, unknown>, rules: ListRules): ListRequest {
  const filters = parseFilters(data.filters, rules);
  const { searchFrom, searchTo } = parsePage(data);
  const sort = parseSort(data.sort, rules);
  const firstField = rules.timeFields[0] ?? '';
  if (sort !== undefined && filters.timeField !== undefined) {
    if (sort.field !== filters.timeField) {
      throw parameterFault(
        `Query exceeded resources: sort field ${sort.field} is not the filter field ${filters.timeField}`,
      );
    }
  }
  return {
    timeField: filters.timeField ?? sort?.field ?? firstField,
    fromMs: filters.fromMs,
    toMs: filters.toMs,
    ids: filters.ids,
    searchFrom,
    searchTo,
    // Without a sort the newest come first.
    descending: sort?.keyword !== 'asc',
  };
}

interface Filters {
  timeField: string | undefined;
  fromMs: number;
  toMs: number;
  ids: readonly string[] | undefined;
}

function parseFilters(value: unknown, rules: ListRules): Filters {
  const found: Filters = {
    timeField: undefined,
    fromMs: 0,
    toMs: Number.MAX_SAFE_INTEGER,
    ids: undefined,
  };
  if (value === undefined) return found;
  if (!Array.isArray(value)) throw parameterFault('filters must be a list');
  for (const filter of value as unknown[]) {
    if (!isObject(filter)) throw parameterFault('filter must be an object');
    const { field, operator } = filter;
    if (typeof field !== 'string') throw parameterFault('field param is missing');
    if (field === rules.idList?.field) {
      if (operator !== 'in') throw parameterFault(`operator not supported for ${field}`);
      found.ids = parseIds(filter.value, field, rules.idList.type);
    } else if (rules.timeFields.includes(field)) {
      addTime(found, field, operator, filter.value);
    } else {
      throw parameterFault(`field ${field} is not a valid filter field`);
    }
  }
  if (found.fromMs > found.toMs) throw parameterFault('invalid time range: gte is after lte');
  return found;
}

function addTime(found: Filters, field: string, operator: unknown, value: unknown): void {
  if (found.timeField !== undefined && found.timeField !== field) {
    throw parameterFault(`filters on both ${found.timeField} and ${field}`);
  }
  found.timeField = field;
  if (operator !== 'gte' && operator !== 'lte') {
    throw parameterFault(`operator ${String(operator)} is not supported for ${field}`);
  }
  // The API takes 0 for a missing value.
  if (value === undefined || value === null || value === 0) {
    throw parameterFault('value param is missing');
  }
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw parameterFault(`value of ${field} must be an integer`);
  }
  if (operator === 'gte') found.fromMs = Math.max(found.fromMs, value);
  else found.toMs = Math.min(found.toMs, value);
}

function parseIds(value: unknown, field: string, type: 'string' | 'integer'): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) throw parameterFault('value param is missing');
  return (value as unknown[]).map((id) => {
    const fits = type === 'string' ? typeof id === 'string' : Number.isInteger(id);
    if (!fits) throw parameterFault(`${field} must be a list of ${type}s`);
    return String(id);
  });
}

function parsePage(data: Record<string, unknown>): { searchFrom: number; searchTo: number } {
  const searchFrom = data.search_from ?? 0;
  const searchTo = data.search_to ?? PAGE_ROWS;
  if (!isWhole(searchFrom) || !isWhole(searchTo)) {
    throw parameterFault('search_from and search_to must be integers');
  }
  if (searchTo <= searchFrom || searchTo - searchFrom > PAGE_ROWS) {
    throw parameterFault(`search size must be between 1 and ${PAGE_ROWS}`);
  }
  return { searchFrom, searchTo };
}

function parseSort(
  value: unknown,
  rules: ListRules,
): { field: string; keyword: string } | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) throw parameterFault('sort must be an object');
  const { field, keyword } = value;
  if (typeof field !== 'string' || !rules.timeFields.includes(field)) {
    throw parameterFault(`field ${String(field)} is not a valid sort field`);
  }
  if (keyword !== 'asc' && keyword !== 'desc') throw parameterFault('keyword must be asc or desc');
  return { field, keyword };
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One kind of record as a list call sees it. */
export interface ListSource {
  readonly records: Population;
  /** The order by a field, where one is kept ready. */
  readonly orderBy: (field: string) => Timeline | undefined;
  /** Time of a record in a field; epoch ms. */
  readonly timeOf: (field: string, index: number) => number;
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
      ? [...source.records.visible.indexes()]
      : [...new Set(ids)].flatMap((id) => source.records.indexOf(id) ?? []);
  const direction = request.descending ? -1 : 1;
  return candidates
    .filter((index) => timeOf(index) >= request.fromMs && timeOf(index) <= request.toMs)
    .sort((left, right) => direction * (timeOf(left) - timeOf(right) || left - right));
}
