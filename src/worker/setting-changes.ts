import type { StreamSettings } from '../pull/settings.js';

/** Settings by the keys that operators know, as text. */
type Worded = Readonly<Record<string, string>>;

/**
 * What changes from one set of settings to another, a line each in the operator's words:
 * `request_period_in_seconds: 300 -> 60`. Of secrets only that they change.
 */
export function settingChanges(inForce: StreamSettings, wanted: StreamSettings): string[] {
  const known = inForce.options !== undefined;
  const before = worded(inForce);
  const after = known ? worded(wanted) : worded({ ...wanted, options: {} });
  const lines = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => before[key] !== after[key])
    .map((key) => changeLine(key, before[key], after[key]));
  if (!known) lines.push('tags and options: remembered from now on');
  const { startTimeMs } = wanted;
  if (startTimeMs !== null && startTimeMs !== inForce.startTimeMs) {
    lines.push('starts anew from its start_time: what was sent since then is sent once more');
  }
  return lines;
}

function worded(settings: StreamSettings): Worded {
  const { startTimeMs, owner, options } = settings;
  return {
    request_period_in_seconds: String(settings.periodMs / 1_000),
    settle_in_seconds: String(settings.settleMs / 1_000),
    lookback_in_seconds: String(settings.lookbackMs / 1_000),
    start_time: startTimeMs === null ? 'none' : new Date(startTimeMs).toISOString(),
    outputs: settings.outputs.join(', '),
    'globals.temporal.task_queue_prefix': settings.taskQueuePrefix,
    'search attributes': settings.searchAttributes ? 'on' : 'off',
    'seconds until a host counts as gone': String(settings.hostGoneAfterMs / 1_000),
    ...(owner === undefined ? {} : { 'collector (globals.name/globals.id)': owner }),
    ...options,
  };
}

function changeLine(key: string, before: string | undefined, after: string | undefined): string {
  const [shownBefore, shownAfter] = [shown(before), shown(after)];
  return shownBefore === shownAfter
    ? `${key}: changed${shownAfter === '' ? '' : ` (${shownAfter})`}`
    : `${key}: ${shownBefore || 'set'} -> ${shownAfter || 'set'}`;
}

/** Without hashes, which tell nobody anything. */
function shown(text: string | undefined): string {
  return text === undefined ? 'none' : text.replace(/ ?#[0-9a-f]{8}$/, '');
}
