/** How one request goes wrong. */
export interface Trouble {
  readonly status: number;
  /** undefined: the rows, and what `then` says. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** After the rows: an error inside HTTP 200, a broken connection, or nothing more without an end. */
  readonly then?: 'error list' | 'error object' | 'break' | 'hang';
}

const json = (status: number, content: unknown): Trouble => ({
  status,
  body: JSON.stringify(content),
  headers: { 'Content-Type': 'application/json' },
});
const html = (status: number, title: string): Trouble => ({
  status,
  body: `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
  headers: { 'Content-Type': 'text/html' },
});
const launch = (text: string, number: string, kind: string): Trouble =>
  json(500, {
    msg: 'Error Launching Query',
    status: 500,
    timestamp: 1_700_000_000_000,
    cid: '0123456789abcdef',
    object: ['Error Launching Query', text, number, kind, 'MANUAL'],
  });

/** Every way in which Devo's Query API is known to say no, and the ways of what stands before it. */
export const TROUBLES = {
  unauthorized: json(401, { error: { code: 401, message: 'Unauthorized' } }),
  'bad signature': json(401, { error: { code: 12, message: 'Invalid signature validation' } }),
  'token expired': json(403, { code: 5, msg: 'Token invalid or expired' }),
  'table denied': json(403, {
    msg: "Access not allowed for table 'edr.cortex_xdr.incidents'",
    status: 403,
    timestamp: 1_700_000_000_000,
    cid: '0123456789abcdef',
  }),
  'table denied, older': json(403, {
    error: "Access not allowed for table 'edr.cortex_xdr.incidents'",
  }),
  'bad parameters': json(400, {
    error: 'Bad parameters',
    object: ['406 : Date from not valid format'],
  }),
  'unknown table': launch(
    'Unknown table `edr.cortex_xdr.incidents`',
    '2086000',
    'MISSING_RESOURCE',
  ),
  'unknown field': launch('Unknown identifier `x`', '1101001', 'QUERY_PARSING_ERROR'),
  'syntax error': launch('Error parsing query', '1100001', 'QUERY_PARSING_ERROR'),
  'query limit': launch('Too many queries', '2000001', 'QUERY_LIMIT'),
  'server error, with code': json(500, {
    msg: 'Internal error',
    code: 624,
    timestamp: 1_700_000_000_000,
    cid: '0123456789abcdef',
    context: { kind: 'INTERNAL' },
  }),
  'server error, bare': json(500, { error: 'server_error', status: 500 }),
  'not found': html(404, 'Not Found'),
  'too many requests': { status: 429, body: '', headers: { 'Retry-After': '120' } },
  'bad gateway': html(502, 'Bad Gateway'),
  unavailable: html(503, 'Service Unavailable'),
  'gateway timeout': html(504, 'Gateway Timeout'),
  'edge 520': json(520, { title: 'Error 520: Web server is returning an unknown error' }),
  'edge 522': json(522, { title: 'Error 522: Connection timed out', detail: 'timeout' }),
  'edge 524': html(524, 'A timeout occurred'),
  'edge refuses client': { status: 403, body: 'error code: 1010' },
  'status 500 in 200': json(200, { msg: 'Internal error', status: 500, object: [] }),
  'error after rows': { status: 200, then: 'error list' },
  'error object after rows': { status: 200, then: 'error object' },
  'empty body': { status: 200, body: '' },
  'no metadata': json(200, { msg: '', status: 0, object: {} }),
  'rows of another shape': json(200, { msg: '', status: 0, object: [{ n: 0 }] }),
  'login page': html(200, 'Sign in'),
  redirect: { status: 302, body: '', headers: { Location: 'https://login.example.com/' } },
  'cut off': { status: 200, then: 'break' },
  silent: { status: 200, then: 'hang' },
} as const satisfies Readonly<Record<string, Trouble>>;

export type TroubleName = keyof typeof TROUBLES;
