import { parseReset } from './reset-request.js';
import type { Reset } from './reset-request.js';
import type { StreamSettings } from './settings.js';
import { configuredStart, hurry, takeSettings } from './work.js';
import type { Work } from './work.js';

/** Payload of `resetPersistence`: ISO 8601 or epoch ms; absent: the `start_time` of the config. */
export interface ResetRequest {
  readonly startTime?: string | number;
  /** The same request sent twice is one reset. */
  readonly requestId?: string;
}

/** What an operator or `apply` asks of work. */
export type Request =
  | { readonly kind: 'pause' | 'resume' | 'pullNow' | 'stop' }
  | { readonly kind: 'resetPersistence'; readonly reset: Reset }
  | { readonly kind: 'reconfigure'; readonly settings: StreamSettings };

/** A request, or why it is refused. */
export type Parsed = { readonly request: Request } | { readonly problem: string };

/** Reads a request with its payload; `nowMs`: epoch ms. */
export function parseRequest(kind: Request['kind'], payload: unknown, nowMs: number): Parsed {
  switch (kind) {
    case 'pause':
    case 'resume':
    case 'pullNow':
    case 'stop':
      return { request: { kind } };
    case 'reconfigure':
      return isSettings(payload)
        ? { request: { kind, settings: payload } }
        : { problem: 'expected the settings that apply sends' };
    case 'resetPersistence': {
      const reset = parseReset(payload, nowMs);
      return 'problem' in reset ? reset : { request: { kind, reset } };
    }
  }
}

/** Whether it has what `apply` sends. */
function isSettings(value: unknown): value is StreamSettings {
  const settings = value as Partial<StreamSettings> | null | undefined;
  return (
    typeof settings === 'object' &&
    settings !== null &&
    [settings.periodMs, settings.settleMs, settings.lookbackMs, settings.hostGoneAfterMs].every(
      (ms) => typeof ms === 'number' && ms >= 0,
    ) &&
    (settings.startTimeMs === null || typeof settings.startTimeMs === 'number') &&
    typeof settings.taskQueuePrefix === 'string' &&
    Array.isArray(settings.outputs) &&
    settings.outputs.length > 0
  );
}

/** Notes what is asked, and says what comes of it. What a step under way hangs on waits for its end. */
export function note(work: Work, request: Request, nowMs: number): string {
  work.refused = null;
  switch (request.kind) {
    case 'pause':
      work.pausedSinceMs ??= nowMs;
      return 'paused';
    case 'resume':
      work.pausedSinceMs = null;
      hurry(work, nowMs);
      return 'resumed; it pulls at once';
    case 'pullNow':
      hurry(work, nowMs);
      return work.pausedSinceMs === null ? 'it pulls at once' : 'it pulls once it is resumed';
    case 'stop':
      work.stopping = true;
      return 'it delivers what is fetched and ends';
    case 'resetPersistence':
      return noteReset(work, request.reset, nowMs);
    case 'reconfigure':
      return noteSettings(work, request.settings, nowMs);
  }
}

function noteReset(work: Work, { startTimeMs, requestId }: Reset, nowMs: number): string {
  const { lastReset } = work;
  if (requestId !== undefined && requestId === lastReset?.requestId) {
    return `it was reset by this request already, to ${iso(lastReset.startTimeMs)}`;
  }
  const configured = configuredStart(work.settings, nowMs);
  work.restart = { ...configured, ...(startTimeMs === undefined ? {} : { startTimeMs }) };
  work.lastReset = {
    atMs: nowMs,
    startTimeMs: work.restart.startTimeMs,
    requestId: requestId ?? null,
  };
  hurry(work, nowMs);
  return `it starts anew from ${iso(work.restart.startTimeMs)}`;
}

/** A changed `start_time` starts the persistence anew, an unchanged one never does. */
function noteSettings(work: Work, settings: StreamSettings, nowMs: number): string {
  // Back in the config before it had ended; a backfill stays cancelled.
  if (work.lanes[0]?.toMs === null) work.stopping = false;
  if (JSON.stringify(settings) === JSON.stringify(work.settings)) return 'nothing changed';
  takeSettings(work, settings);
  hurry(work, nowMs);
  const [lane] = work.lanes;
  const configuredStartMs = (work.restart ?? lane?.checkpoint)?.configuredStartMs ?? null;
  if (lane === undefined || settings.startTimeMs === configuredStartMs) return 'changed';
  if (settings.startTimeMs !== null) {
    work.restart = configuredStart(settings, nowMs);
    work.lastReset = { atMs: nowMs, startTimeMs: settings.startTimeMs, requestId: null };
    return `changed; it starts anew from ${iso(settings.startTimeMs)}`;
  }
  lane.checkpoint = { ...lane.checkpoint, configuredStartMs: null };
  if (work.restart !== null) work.restart = { ...work.restart, configuredStartMs: null };
  return 'changed';
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
