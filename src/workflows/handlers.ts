import { log, setHandler, upsertMemo } from '@temporalio/workflow';
import { newCheckpoint } from '../pull/checkpoint.js';
import { parseReset } from '../pull/reset-request.js';
import type { StreamIdentity, StreamSettings } from '../pull/settings.js';
import * as messages from './messages.js';
import type { CollectState } from './state.js';
import { configuredCheckpoint, restartFrom } from './state.js';
import { statusOf } from './status-of.js';
import { dropOutputs } from './work-state.js';
import type { WorkControl } from './work-state.js';

/** What signals ask of the loop, beside what they change in the state. */
export interface Control extends WorkControl {
  /** Deliver what is fetched, then end. */
  stop: boolean;
  /** This run ends, by a stop or a cancellation; where new settings came since, another one goes on. */
  leaving: boolean;
  /** When settings last came, epoch ms; null: not in this run. */
  reconfiguredMs: number | null;
  /** When the next pull is due, epoch ms; null while pulling. */
  nextPullMs: number | null;
}

/** Registers every signal and query; each handler is synchronous and never throws. */
export function registerHandlers(
  identity: StreamIdentity,
  state: CollectState,
  control: Control,
): void {
  const wake = () => {
    state.askedMs = Date.now();
    control.wakes += 1;
  };
  setHandler(messages.status, () => statusOf(identity, state, control), {
    description: 'Where the stream stands: watermark, lag, totals, last pull, errors',
  });
  setHandler(messages.state, () => state, {
    description: 'Everything the stream remembers; apply goes on with it where a run was ended',
  });
  setHandler(messages.pullNow, wake, { description: 'Pull at once instead of at the next period' });
  setHandler(
    messages.pause,
    () => {
      state.paused = true;
    },
    { description: 'Finish the window in hand, then rest until resume' },
  );
  setHandler(
    messages.resume,
    () => {
      state.paused = false;
      wake();
    },
    { description: 'End a pause, or the wait after an error' },
  );
  setHandler(
    messages.stop,
    () => {
      control.stop = true;
      control.leaving = true;
    },
    {
      description:
        'Deliver what is fetched, then end (apply sends it when a service leaves the config)',
    },
  );
  setHandler(
    messages.resetPersistence,
    (request) => {
      resetState(state, request, Date.now());
      wake();
    },
    {
      description:
        'Pull everything from {"startTime": "2026-01-31T00:00:00Z"} on once more; without it, from the start_time of the config',
    },
  );
  setHandler(
    messages.reconfigure,
    (settings) => {
      // Back in the config before it had ended.
      control.stop = false;
      control.reconfiguredMs = Date.now();
      if (reconfigureState(state, settings, Date.now())) wake();
    },
    { description: 'Take new settings (apply sends it when the config changed)' },
  );
}

/** Starts the persistence anew; a malformed request is refused into the status. */
export function resetState(state: CollectState, request: unknown, nowMs: number): void {
  const parsed = parseReset(request, nowMs);
  if ('problem' in parsed) {
    refuse(state, 'resetPersistence', parsed.problem, nowMs);
    return;
  }
  const { startTimeMs, requestId } = parsed;
  if (requestId !== undefined && requestId === state.lastResetId) return;
  state.lastResetId = requestId ?? state.lastResetId;
  state.refusedSignal = null;
  const configuredStartMs = state.settings.startTimeMs;
  restartFrom(
    state,
    startTimeMs === undefined
      ? configuredCheckpoint(state.settings, nowMs)
      : newCheckpoint({ startTimeMs, configuredStartMs }),
  );
}

/**
 * Takes new settings; a changed `start_time` starts the persistence anew, an unchanged one never does.
 * True where something changed.
 */
export function reconfigureState(state: CollectState, settings: unknown, nowMs: number): boolean {
  if (!isSettings(settings)) {
    refuse(state, 'reconfigure', 'expected the settings that apply sends', nowMs);
    return false;
  }
  if (JSON.stringify(settings) === JSON.stringify(state.settings)) return false;
  state.refusedSignal = null;
  state.settings = settings;
  // `apply` reads it here, so that it can plan without a running worker.
  upsertMemo({ settings });
  const { startTimeMs, outputs } = settings;
  if (startTimeMs !== null && startTimeMs !== state.checkpoint.configuredStartMs) {
    restartFrom(state, configuredCheckpoint(settings, nowMs));
  } else if (startTimeMs === null && state.checkpoint.configuredStartMs !== null) {
    state.checkpoint = { ...state.checkpoint, configuredStartMs: null };
  }
  dropOutputs(state, outputs);
  return true;
}

/** Whether it has what `apply` sends. */
export function isSettings(value: unknown): value is StreamSettings {
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

function refuse(state: CollectState, signal: string, problem: string, nowMs: number): void {
  const code = 'SIGNAL_REFUSED';
  const message = `${signal} refused: ${problem}`;
  log.warn('Signal refused', { code, reason: message });
  state.refusedSignal = {
    code,
    message,
    atMs: nowMs,
    failures: 1,
    nextTryMs: null,
  };
}
