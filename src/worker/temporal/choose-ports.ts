import { CollectorError } from '../../errors/collector-error.js';
import { freePort, nextFreePort } from './free-port.js';

/** Where the embedded server listens on 127.0.0.1. */
export interface TemporalPorts {
  /** gRPC. */
  readonly port: number;
  /** Undefined: no UI. */
  readonly uiPort: number | undefined;
}

/**
 * Free ports for the embedded server: `port` as asked for, else `last` if it is free, else any; the UI's as
 * asked for or the next free one after it, none for 0. Throws `TEMPORAL_PORT_IN_USE`.
 */
export async function choosePorts(
  wanted: { readonly port?: number; readonly uiPort: number },
  last: number | undefined,
): Promise<TemporalPorts> {
  return {
    port: wanted.port === undefined ? await anyPort(last) : await thisPort(wanted.port),
    uiPort: wanted.uiPort === 0 ? undefined : await uiPortFrom(wanted.uiPort),
  };
}

async function anyPort(last: number | undefined): Promise<number> {
  const chosen = (last === undefined ? undefined : await freePort(last)) ?? (await freePort(0));
  if (chosen !== undefined) return chosen;
  throw portInUse('found no free port on 127.0.0.1 for the embedded Temporal');
}

async function thisPort(wanted: number): Promise<number> {
  const chosen = await freePort(wanted);
  if (chosen !== undefined) return chosen;
  throw portInUse(`port ${wanted} on 127.0.0.1 is taken; end what listens there or choose another`);
}

async function uiPortFrom(wanted: number): Promise<number> {
  const chosen = await nextFreePort(wanted);
  if (chosen !== undefined) return chosen;
  throw portInUse(`found no free port from ${wanted} on for Temporal UI; choose another`);
}

function portInUse(message: string): CollectorError {
  return new CollectorError('TEMPORAL_PORT_IN_USE', message, { retry: 'never' });
}
