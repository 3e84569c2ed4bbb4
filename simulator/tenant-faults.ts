import { faultBody } from './api-fault.js';
import type { Random } from './random.js';
import type { Faults } from './tenant-options.js';
import type { TenantReply } from './tenant-reply.js';

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
  const failed = { ...reply, rows: 0 };
  switch (kind) {
    case 'error500':
      return { ...failed, status: 500, body: faultBody(500, SERVER_ERROR_TEXT, null) };
    case 'error502':
      return {
        ...failed,
        status: 502,
        contentType: 'text/html',
        body: '<html><body><h1>502 Bad Gateway</h1></body></html>',
      };
    case 'reset':
      return { ...failed, transport: 'reset' };
    case 'truncated':
      return random.chance(0.5)
        ? { ...failed, transport: 'cut' }
        : { ...failed, body: reply.body.slice(0, reply.body.length / 2) };
    case 'errorIn200':
      return { ...failed, body: faultBody(500, SERVER_ERROR_TEXT, null) };
    case 'tooMany':
      return { ...failed, status: 429, body: faultBody(429, 'Too many requests', null) };
    case 'listReply':
      return {
        ...failed,
        body: '{"reply":[{"total_count":null,"result_count":null,"incidents":[]}]}',
      };
  }
}
