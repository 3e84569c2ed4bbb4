import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Random } from './random.js';
import type { Faults } from './tenant-options.js';

/** A reply of the API that is an error: HTTP status, and the text of its envelope. */
export class ApiFault extends Error {
  readonly status: number;
  readonly extra: unknown;

  constructor(status: number, message: string, extra: unknown = null) {
    super(message);
    this.name = 'ApiFault';
    this.status = status;
    this.extra = extra;
  }
}

/** The API answers 500 to many a client's mistake; `extra` names it. */
export function parameterFault(extra: string): ApiFault {
  return new ApiFault(
    500,
    'An error occurred while processing XDR public API - invalid parameter',
    extra,
  );
}

/** JSON text of the API's error envelope. */
export function faultBody(status: number, message: string, extra: unknown): string {
  return JSON.stringify({ reply: { err_code: status, err_msg: message, err_extra: extra } });
}

export type FaultKind = Exclude<keyof Faults, 'latencyMs'>;

const KINDS: readonly FaultKind[] = [
  'error500',
  'error502',
  'reset',
  'truncated',
  'errorIn200',
  'tooMany',
  'listReply',
];
/** What the API says where it says nothing of use. */
export const SERVER_ERROR_TEXT = 'An error occurred while processing XDR public API';

/** The trouble of one request, or none: at most one kind, each in its share of the cases. */
export function drawFault(faults: Faults, random: Random): FaultKind | undefined {
  let left = random.next();
  for (const kind of KINDS) {
    if (left < faults[kind]) return kind;
    left -= faults[kind];
  }
  return undefined;
}

/** What a fault makes of a good reply. */
export function applyFault(kind: FaultKind, reply: TenantReply, random: Random): TenantReply {
  switch (kind) {
    case 'error500':
      return { ...reply, status: 500, body: faultBody(500, SERVER_ERROR_TEXT, null) };
    case 'error502':
      return {
        ...reply,
        status: 502,
        contentType: 'text/html',
        body: '<html><body><h1>502 Bad Gateway</h1></body></html>',
      };
    case 'reset':
      return { ...reply, transport: 'reset' };
    case 'truncated':
      return random.chance(0.5)
        ? { ...reply, transport: 'cut' }
        : { ...reply, body: reply.body.slice(0, reply.body.length / 2) };
    case 'errorIn200':
      return { ...reply, body: faultBody(500, SERVER_ERROR_TEXT, null) };
    case 'tooMany':
      return { ...reply, status: 429, body: faultBody(429, 'Too many requests', null) };
    case 'listReply':
      return {
        ...reply,
        body: '{"reply":[{"total_count":null,"result_count":null,"incidents":[]}]}',
      };
  }
}

const compress = promisify(gzip);

/** One reply before it is sent. */
export interface TenantReply {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  /** `reset`: a RST instead of the reply. `cut`: a whole body is announced, half of it sent. */
  readonly transport: 'whole' | 'cut' | 'reset';
}

/** A reply of HTTP 200 from JSON text. */
export function jsonReply(body: string): TenantReply {
  return {
    status: 200,
    body,
    contentType: 'application/json',
    transport: 'whole',
  };
}

/** The reply to a request that failed; anything but an `ApiFault` is thrown on. */
export function faultReply(error: unknown): TenantReply {
  if (!(error instanceof ApiFault)) throw error;
  return {
    ...jsonReply(faultBody(error.status, error.message, error.extra)),
    status: error.status,
  };
}

/** Sends a reply, compressed where the client takes that. */
export async function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: TenantReply,
): Promise<void> {
  if (reply.transport === 'reset') {
    const { socket } = response;
    if (socket instanceof Socket) socket.resetAndDestroy();
    return;
  }
  response.statusCode = reply.status;
  response.setHeader('Content-Type', reply.contentType);
  let body = Buffer.from(reply.body, 'utf8');
  if (/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
    response.setHeader('Content-Encoding', 'gzip');
    body = await compress(body, { level: constants.Z_BEST_SPEED });
  }
  response.setHeader('Content-Length', body.length);
  if (reply.transport === 'cut') {
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  } else {
    response.end(body);
  }
}
