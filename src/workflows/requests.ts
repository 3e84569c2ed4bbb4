import { log, setHandler, upsertMemo } from '@temporalio/workflow';
import { note, parseRequest } from '../pull/requests.js';
import type { Request } from '../pull/requests.js';
import type { Work } from '../pull/work.js';
import { plainFailure } from './failure.js';
import * as messages from './messages.js';

const REFUSED = 'REQUEST_REFUSED';

/** Where requests go. */
export interface Requested {
  /** null: a backfill that has not begun; what is asked of it waits. */
  work: Work | null;
  readonly waiting: Request[];
  /** What this kind of work makes of a request. */
  readonly adapt: (work: Work, request: Request) => Request;
  /** Something changed that Temporal UI shows. */
  readonly changed: () => void;
  /** A stop was asked for. */
  readonly stopped: () => void;
}

/** What each request is called in Temporal UI; in this order, for it lists them so. */
const OFFERS = {
  resetPersistence:
    'Pull everything from {"startTime": "2026-01-31T00:00:00Z"} on once more; without it, from the start_time of the config',
  pullNow: 'Pull at once instead of at the next period',
  pause: 'Finish the window in hand, then rest until resume',
  resume: 'End a pause, or the wait after an error',
  reconfigure: 'Take new settings (apply sends it when the config changed)',
  stop: 'Deliver what is fetched, then end (apply sends it when a service leaves the config)',
} as const satisfies Record<Request['kind'], string>;

type Offer = keyof typeof OFFERS;

/** Registers the signals and updates for these requests; handlers parse and note, and the loops act on it. */
export function registerRequests(requested: Requested, offers: readonly Offer[]): void {
  for (const kind of offers) {
    const description = OFFERS[kind];
    setHandler(messages[kind], (payload?: unknown) => signalled(requested, kind, payload), {
      description,
    });
    if (kind === 'reconfigure' || kind === 'stop') continue;
    setHandler(messages.UPDATES[kind], (payload?: unknown) => updated(requested, kind, payload), {
      description,
      validator(payload?: unknown) {
        const parsed = parseRequest(kind, payload, Date.now());
        if ('problem' in parsed) throw plainFailure(REFUSED, parsed.problem);
      },
    });
  }
}

/** A signal cannot be refused to its sender: that shows in the status until the next request. */
function signalled(requested: Requested, kind: Offer, payload: unknown): void {
  const nowMs = Date.now();
  const parsed = parseRequest(kind, payload, nowMs);
  if ('request' in parsed) {
    take(requested, parsed.request, nowMs);
    return;
  }
  const code = 'SIGNAL_REFUSED';
  const message = `${kind} refused: ${parsed.problem}`;
  log.warn('Signal refused', { code, reason: message });
  if (requested.work === null) return;
  requested.work.refused = { code, message, atMs: nowMs, failures: 1, nextTryMs: null };
  requested.changed();
}

function updated(requested: Requested, kind: Offer, payload: unknown): string {
  const nowMs = Date.now();
  const parsed = parseRequest(kind, payload, nowMs);
  if ('problem' in parsed) throw plainFailure(REFUSED, parsed.problem);
  return take(requested, parsed.request, nowMs);
}

function take(requested: Requested, request: Request, nowMs: number): string {
  const { work } = requested;
  if (work === null) {
    requested.waiting.push(request);
    return 'it is done as soon as a worker has read the request';
  }
  const adapted = requested.adapt(work, request);
  const { settings } = work;
  const answer = note(work, adapted, nowMs);
  // `apply` reads them here, so that it can plan without a running worker.
  if (work.settings !== settings) upsertMemo({ settings: work.settings });
  if (work.stopping) requested.stopped();
  requested.changed();
  return answer;
}

/** Takes what was asked for before the work began. */
export function takeWaiting(requested: Requested): void {
  for (const request of requested.waiting.splice(0)) take(requested, request, Date.now());
}
