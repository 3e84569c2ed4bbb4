import type { IncomingMessage, ServerResponse } from 'node:http';

import { readBody } from './http-body.js';
import { DEFAULT_BEHAVIOUR, ENDPOINT_NAMES, NO_FAULTS, RECORD_KINDS } from './tenant-options.js';
import type { Behaviour, Faults, ProductionRates } from './tenant-options.js';

/** One call of the control endpoint; the body is undefined for GET. Returns what is sent as JSON. */
export type ControlRoute = (body: unknown) => unknown;

/** Answers one request of the control endpoint: 404 for no such call, 400 for what it refuses. */
export async function answerControl(
  routes: ReadonlyMap<string, ControlRoute>,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const send = (status: number, content: unknown): void => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(content));
  };
  const route = routes.get(`${request.method ?? ''} ${path}`);
  if (route === undefined) {
    send(404, { error: 'no such call', calls: [...routes.keys()] });
    return;
  }
  const body = await readBody(request);
  try {
    const content: unknown = body === undefined || body.length === 0 ? undefined : parse(body);
    send(200, (await route(content)) ?? {});
  } catch (error) {
    send(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

/** Checks a change of the faults; raises what it refuses. */
export function parseFaults(body: unknown): Partial<Faults> {
  return checked(body, Object.keys(NO_FAULTS), isAmount);
}

/** Checks new rates of production; raises what it refuses. */
export function parseRates(body: unknown): ProductionRates {
  return checked(body, [...RECORD_KINDS, 'modifications', 'modifiedAmong', 'speed'], isAmount);
}

/** Checks a change of the behaviour; a value must be of the default's type; raises what it refuses. */
export function parseBehaviour(body: unknown): Partial<Behaviour> {
  const defaults: Readonly<Record<string, unknown>> = { ...DEFAULT_BEHAVIOUR };
  return checked(body, Object.keys(defaults), (value, name) => {
    if (name === 'batchReply') return ['object', 'list', 'missing'].includes(String(value));
    if (name === 'denied') return isDenied(value);
    return typeof value === typeof defaults[name];
  });
}

/** Reads `{"count": n}`; raises what it refuses. */
export function parseCount(body: unknown): number {
  const { count } = checked(body, ['count'], isAmount) as { readonly count?: number };
  return count ?? 1;
}

function checked(
  body: unknown,
  names: readonly string[],
  isValid: (value: unknown, name: string) => boolean,
): Record<string, never> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid('found no JSON object', names);
  }
  for (const [name, value] of Object.entries(body)) {
    if (!names.includes(name)) throw invalid(`found unknown option ${name}`, names);
    if (!isValid(value, name)) throw invalid(`found a wrong value for ${name}`, names);
  }
  return body as Record<string, never>;
}

function parse(body: Buffer): unknown {
  return JSON.parse(body.toString('utf8'));
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isDenied(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(
    ([name, status]) =>
      ENDPOINT_NAMES.some((endpoint) => endpoint === name) && (status === 402 || status === 403),
  );
}

function invalid(found: string, names: readonly string[]): Error {
  return new Error(`${found}; expected an object with some of ${names.join(', ')}`);
}
