import { DEFAULT_CREDENTIALS } from '../../../simulator/tenant-options.js';

/** A reply as tests look at it. */
export interface TenantAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** `reply` of the body. */
  readonly reply: Readonly<Record<string, unknown>>;
}

export const STANDARD_HEADERS = {
  'Content-Type': 'application/json',
  'x-xdr-auth-id': DEFAULT_CREDENTIALS.apiKeyId,
  Authorization: DEFAULT_CREDENTIALS.apiKey,
};

/** Calls an endpoint (a path under `/public_api/`) with a standard key. */
export async function call(
  url: string,
  path: string,
  requestData: unknown,
  headers: Record<string, string> = STANDARD_HEADERS,
): Promise<TenantAnswer> {
  const response = await fetch(`${url}/public_api/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ request_data: requestData }),
  });
  const body = (await response.json()) as { reply: Record<string, unknown> };
  return { status: response.status, headers: response.headers, reply: body.reply };
}

/** `request_data` of one page of a window, ascending by its field. */
export function page(
  field: string,
  fromMs: number,
  toMs: number,
  searchFrom = 0,
): Record<string, unknown> {
  return {
    filters: [
      { field, operator: 'gte', value: fromMs },
      { field, operator: 'lte', value: toMs },
    ],
    search_from: searchFrom,
    search_to: searchFrom + 100,
    sort: { field, keyword: 'asc' },
  };
}
