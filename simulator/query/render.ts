import type { Answer } from './run-linq.js';

/** The forms of a reply that are simulated. */
export const MODES = ['json', 'json/compact', 'json/simple', 'json/simple/compact'] as const;
export type Mode = (typeof MODES)[number];

/** What a reply ends with when a query fails after its first bytes. */
export interface LateError {
  readonly text: string;
  /** `list`: `[500, text]`; `object`: `{"msg": text}`, which the plain forms do not have. */
  readonly form: 'list' | 'object';
}

/** A number of the query, as replies carry it. */
const CID = '0123456789abcdef';

/** The body of a successful reply, or of one that fails after its rows. */
export function renderAnswer(
  answer: Answer,
  mode: Mode,
  nowMs: number,
  lateError?: LateError,
): string {
  const names = [...answer.columns.keys()];
  const rows = answer.rows.map((row) => names.map((name) => row[name] ?? null));
  const head = {
    m: Object.fromEntries(
      [...answer.columns].map(([name, type], index) => [name, { type, index }]),
    ),
    metadata: [...answer.columns].map(([name, type]) => ({ name, type })),
  };
  const error = lateError === undefined ? undefined : [500, lateError.text];
  const compactError =
    lateError?.form === 'object' ? { e: { msg: lateError.text } } : { e: [500, lateError?.text] };
  const envelope = { msg: '', status: 0, timestamp: nowMs, cid: CID };
  switch (mode) {
    case 'json': {
      const object = rows.map((row) =>
        Object.fromEntries(names.map((name, at) => [name, row[at] ?? null])),
      );
      return padded({ ...envelope, object, ...(error === undefined ? {} : { error }) });
    }
    case 'json/compact':
      return padded({
        ...envelope,
        object: { ...head, d: rows },
        ...(error === undefined ? {} : compactError),
      });
    case 'json/simple':
      return lines([
        ...answer.rows.map((row) =>
          Object.fromEntries(names.map((name) => [name, row[name] ?? null])),
        ),
        ...(lateError === undefined ? [] : [['error', 500, lateError.text]]),
      ]);
    case 'json/simple/compact':
      return lines([
        head,
        ...rows.map((d) => ({ d })),
        ...(error === undefined ? [] : [compactError]),
      ]);
  }
}

/** The keep-alive of four spaces, which stands anywhere between two tokens. */
function padded(content: unknown): string {
  return `    ${JSON.stringify(content).replace('"object":', '"object":    ')}`;
}

function lines(contents: readonly unknown[]): string {
  return contents.map((content) => `${JSON.stringify(content)}\r\n`).join('');
}
