import type { IncomingMessage, ServerResponse } from 'node:http';

import { readBody } from './net.js';

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
    const content: unknown =
      body === undefined || body.length === 0 ? undefined : JSON.parse(body.toString('utf8'));
    send(200, (await route(content)) ?? {});
  } catch (error) {
    send(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

/** An object that holds nothing but these names; raises what it refuses. */
export function optionsOf(body: unknown, names: readonly string[]): object {
  const found = typeof body === 'object' && body !== null ? Object.keys(body) : ['no object'];
  const unknown = found.filter((name) => !names.includes(name));
  if (unknown.length === 0) return body as object;
  throw new Error(
    `found ${unknown.join(', ')}; expected an object with some of ${names.join(', ')}`,
  );
}
