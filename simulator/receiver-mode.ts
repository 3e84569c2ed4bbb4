import type { ReceiverMode } from './receiver-options.js';

/** Modes and the number each of them needs, if any. */
const NEEDS: Readonly<Record<ReceiverMode['kind'], string | undefined>> = {
  normal: undefined,
  refuse: undefined,
  stall: undefined,
  'never-close': undefined,
  fin: undefined,
  reset: 'afterBytes',
  'random-reset': 'share',
  slow: 'bytesPerSecond',
  'http-status': 'status',
};

/** Checks a mode that came as JSON; raises what it refuses. */
export function parseMode(body: unknown): ReceiverMode {
  if (isMode(body)) return body;
  const known = Object.entries(NEEDS)
    .map(([kind, need]) => (need === undefined ? kind : `${kind} with ${need}`))
    .join(', ');
  throw new Error(`found no mode of the receiver; expected kind to be one of ${known}`);
}

function isMode(body: unknown): body is ReceiverMode {
  if (typeof body !== 'object' || body === null || !('kind' in body)) return false;
  const { kind, ...rest } = body as Record<string, unknown>;
  if (typeof kind !== 'string' || !(kind in NEEDS)) return false;
  const need = NEEDS[kind as ReceiverMode['kind']];
  const amount = need === undefined ? 0 : rest[need];
  return typeof amount === 'number' && Number.isFinite(amount) && amount >= 0;
}
