import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

import { ApiFault, faultBody } from './api-fault.js';

const compress = promisify(gzip);

/** One reply before it is sent. */
export interface TenantReply {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  /** Rows in the body, for the counts. */
  readonly rows: number;
  readonly retryAfterSeconds: number;
  /** `reset`: a RST instead of the reply. `cut`: a whole body is announced, half of it sent. */
  readonly transport: 'whole' | 'cut' | 'reset';
}

/** A reply of HTTP 200 from JSON text. */
export function jsonReply(body: string, rows: number): TenantReply {
  return {
    status: 200,
    body,
    contentType: 'application/json',
    rows,
    retryAfterSeconds: 0,
    transport: 'whole',
  };
}

/** The reply to a request that failed; anything but an `ApiFault` is thrown on. */
export function faultReply(error: unknown, retryAfterSeconds: number): TenantReply {
  if (!(error instanceof ApiFault)) throw error;
  return {
    ...jsonReply(faultBody(error.status, error.message, error.extra), 0),
    status: error.status,
    retryAfterSeconds: error.status === 429 ? retryAfterSeconds : 0,
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
  if (reply.retryAfterSeconds > 0) response.setHeader('Retry-After', reply.retryAfterSeconds);
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
