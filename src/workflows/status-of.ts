import { countKeys } from '../pull/keys.js';
import type { StreamIdentity } from '../pull/settings.js';
import type { StreamState, StreamStatus } from '../pull/status.js';
import { formatDuration } from '../pull/time-text.js';
import type { DetailsRow } from './details.js';
import { detailsTable, errorRows, verbatim } from './details.js';
import type { Control } from './handlers.js';
import type { CollectState } from './state.js';
import { watermarkMs } from './state.js';
import { waitingFor } from './work-state.js';

/** The answer to the query `status`. */
export function statusOf(
  identity: StreamIdentity,
  state: CollectState,
  control: Control,
): StreamStatus {
  return {
    input: identity.input,
    inputId: identity.inputId,
    stream: identity.stream,
    state: streamState(state, control),
    startTimeMs: state.checkpoint.startTimeMs,
    watermarkMs: watermarkMs(state),
    fetchedToMs: state.checkpoint.watermarkMs,
    keys: countKeys(state.checkpoint.recentKeys),
    pendingByOutput: Object.fromEntries(
      state.settings.outputs.map((output) => [output, waitingFor(state, output)]),
    ),
    totals: state.totals,
    lastPull: state.lastPull,
    fetchError: state.fetchError,
    outputErrors: state.outputErrors,
    refusedSignal: state.refusedSignal,
    nextPullMs: control.nextPullMs,
    timeField: state.timeField,
    settings: state.settings,
    warnings: state.warnings,
  };
}

function streamState(state: CollectState, control: Control): StreamState {
  if (control.stop) return 'stopped';
  if (state.paused) return 'paused';
  if (state.fetchError !== null) return 'failing';
  if (Object.keys(state.outputErrors).length > 0) return 'blocked';
  return control.nextPullMs === null ? 'pulling' : 'waiting';
}

/** Current details: the small table that Temporal UI shows on the workflow's page (Markdown). */
export function detailsOf(
  identity: StreamIdentity,
  state: CollectState,
  control: Control,
  nowMs: number,
): string {
  const status = statusOf(identity, state, control);
  const rows: DetailsRow[] = [
    ['state', status.state],
    ['watermark', new Date(status.watermarkMs).toISOString()],
    ['lag', formatDuration(Math.max(0, nowMs - status.watermarkMs))],
    ['records', `${status.totals.records} (${status.totals.duplicates} known already left out)`],
    ['events', `${status.totals.events} in ${status.totals.segments} segments`],
    ['malformed', String(status.totals.malformed)],
  ];
  if (status.timeField !== null) {
    rows.push(['time field', `${status.timeField} (the tenant refuses server_creation_time)`]);
  }
  for (const [output, waiting] of Object.entries(status.pendingByOutput)) {
    if (waiting > 0) rows.push([`waiting for ${output}`, `${waiting} segments`]);
  }
  rows.push(
    ...errorRows([status.fetchError, ...Object.values(status.outputErrors), status.refusedSignal]),
  );
  for (const warning of status.warnings) rows.push(['warning', verbatim(warning)]);
  return detailsTable(rows);
}
