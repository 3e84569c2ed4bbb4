import type { BackfillReport } from '../worker/backfills.js';
import { cliError } from './errors.js';

/** What an operator typed: the name of a stream, and where several inputs have it, that of one. */
export interface BackfillName {
  readonly name: string;
  readonly input: string | undefined;
  /** Whether one that has ended will do. */
  readonly which: 'running' | 'any';
}

/**
 * The backfill of a stream: the one that runs, else the latest that has ended. Throws `USAGE_BACKFILL_UNKNOWN`
 * for what is neither an id nor a stream, `USAGE_BACKFILL_NEEDED` where several run, `BACKFILL_NOT_RUNNING`.
 */
export function chooseBackfill(
  reports: readonly BackfillReport[],
  streams: readonly string[],
  { name, input, which }: BackfillName,
): BackfillReport {
  const names = [...new Set(streams)];
  if (!names.includes(name)) {
    throw cliError(
      'USAGE_BACKFILL_UNKNOWN',
      `found "${name}", expected an id that \`backfill list\` shows, or one of ${names.join(', ')}`,
    );
  }
  const ofStream = reports.filter((report) => {
    const place = placeOf(report);
    return place.stream === name && (input === undefined || place.input === input);
  });
  const running = ofStream.filter((report) => report.running);
  if (running.length > 1) {
    const ids = running.map(({ workflowId }) => workflowId).join(', ');
    throw cliError('USAGE_BACKFILL_NEEDED', `several backfills of ${name} run; name one of ${ids}`);
  }
  const chosen = running[0] ?? (which === 'any' ? ofStream[0] : undefined);
  if (chosen !== undefined) return chosen;
  const kind = which === 'running' ? 'running backfill' : 'backfill';
  throw cliError(
    'BACKFILL_NOT_RUNNING',
    `found no ${kind} of ${name}; \`backfill list\` shows those there are`,
  );
}

/** Which stream it pulls: as it says, else as its id says; empty where neither does. */
export function placeOf({ progress, workflowId }: BackfillReport): {
  readonly input: string;
  readonly inputId: string;
  readonly stream: string;
} {
  if (progress !== null) return progress;
  const [kind, input = '', inputId = '', stream = ''] = workflowId.split('/');
  return kind === 'backfill' ? { input, inputId, stream } : { input: '', inputId: '', stream: '' };
}
