import type { CollectorConfig } from '../config/model.js';
import { orderBackfill } from '../worker/backfill-order.js';
import { listBackfills, readBackfill, startBackfill, steerBackfill } from '../worker/backfills.js';
import type { BackfillCommand, BackfillReport } from '../worker/backfills.js';
import type { TemporalSession } from '../worker/temporal/open-temporal.js';
import { streamsOf } from '../worker/streams.js';
import { backfillJson, backfillsJson } from './backfill-json.js';
import { backfillDetails, backfillTable } from './backfill-table.js';
import { chooseBackfill } from './choose-backfill.js';
import { absoluteTime } from './duration.js';
import { cliError } from './errors.js';
import type { Io } from './io.js';
import { loadForSteering } from './load-for-command.js';
import { watchBackfill } from './watch-backfill.js';
import { withSession } from './with-session.js';

/** What every one of these commands was given. */
interface Given {
  readonly config?: string;
  readonly debug?: boolean;
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly input?: string;
}

interface StartGiven extends Given {
  readonly service: string;
  readonly from: string;
  readonly to: string;
  readonly lanes: number;
}

/** An id or a stream's name, as typed. */
interface ChosenGiven extends Given {
  readonly backfill: string;
}

/**
 * Starts a backfill, and watches it where that was asked for. Raises what `orderBackfill` and `watchBackfill`
 * raise.
 */
export async function runStart(io: Io, given: StartGiven): Promise<void> {
  const config = await loadForSteering(io, given);
  const { service, lanes, input } = given;
  const from = absoluteTime(given.from, io.nowMs());
  const to = absoluteTime(given.to, io.nowMs());
  const asked = { service, from, to, lanes, ...(input === undefined ? {} : { input }) };
  const order = orderBackfill(asked, streamsOf(config, false), io.nowMs());
  const { workflowId, plan } = order;
  for (const warning of plan.warnings) io.printError(`${io.colors.yellow('warning')} ${warning}`);
  await withSession(io, config, given, async (session) => {
    const started = await startBackfill(session, order);
    if (given.json !== true) {
      io.print(
        started
          ? `${io.colors.green('ok')} started ${workflowId}`
          : `${io.colors.yellow('=')} runs already ${workflowId}`,
      );
    } else if (given.watch !== true) io.print(JSON.stringify({ workflowId, started }));
    if (given.watch === true) await watch(io, session, given, workflowId);
  });
}

/** Prints the running backfills and the latest that have ended. */
export async function runList(io: Io, given: Given): Promise<void> {
  const config = await loadForSteering(io, given);
  await withSession(io, config, given, async (session) => {
    const reports = await listBackfills(session, choiceOf(config));
    const style = { colors: io.colors, columns: io.columns(), nowMs: io.nowMs() };
    if (given.json === true) {
      io.print(JSON.stringify({ backfills: backfillsJson(reports) }, undefined, 2));
    } else if (reports.length === 0) {
      io.print('no backfills; `backfill start` starts one');
    } else {
      io.print(backfillTable(reports, style));
    }
  });
}

/** Prints how far one backfill is, once or until it has ended. */
export async function runStatus(io: Io, given: ChosenGiven): Promise<void> {
  const config = await loadForSteering(io, given);
  await withSession(io, config, given, async (session) => {
    const report = await choose(session, config, given, 'any');
    if (given.watch === true) {
      await watch(io, session, given, report.workflowId);
      return;
    }
    io.print(
      given.json === true
        ? JSON.stringify(backfillJson(report), undefined, 2)
        : backfillDetails(report, { colors: io.colors, columns: undefined, nowMs: io.nowMs() }),
    );
  });
}

/** Sends a running backfill what was asked for. */
export async function runSteering(
  io: Io,
  given: ChosenGiven,
  command: BackfillCommand,
  done: string,
): Promise<void> {
  const config = await loadForSteering(io, given);
  await withSession(io, config, given, async (session) => {
    const { workflowId } = await choose(session, config, given, 'running');
    await steerBackfill(session, workflowId, command);
    io.print(`${io.colors.green('ok')} ${workflowId} ${done}`);
  });
}

async function choose(
  session: TemporalSession,
  config: CollectorConfig,
  { backfill, input }: ChosenGiven,
  which: 'running' | 'any',
): Promise<BackfillReport> {
  const exact = await readBackfill(session, backfill);
  if (exact !== undefined) return exact;
  const reports = await listBackfills(session, choiceOf(config));
  const streams = streamsOf(config, false).map(({ identity }) => identity.stream);
  return chooseBackfill(reports, streams, { name: backfill, input, which });
}

async function watch(
  io: Io,
  session: TemporalSession,
  given: Given,
  workflowId: string,
): Promise<void> {
  await watchBackfill(io, { json: given.json === true }, async () => {
    const report = await readBackfill(session, workflowId);
    if (report !== undefined) return report;
    throw cliError('BACKFILL_NOT_RUNNING', `found no backfill ${workflowId} any more`);
  });
}

function choiceOf(config: CollectorConfig) {
  return { taskQueue: config.temporal.taskQueuePrefix, ended: true };
}
