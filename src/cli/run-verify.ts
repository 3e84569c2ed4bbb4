import { streamConfig } from '../activities/dependencies.js';
import type { StreamConfig } from '../activities/dependencies.js';
import { pageReader } from '../activities/page-reader.js';
import type { CollectorConfig, OutputConfig, VerifyConfig } from '../config/model.js';
import { createCortexClient } from '../cortex/client.js';
import { createLimiter } from '../cortex/limiter.js';
import { createQueryClient } from '../devo/query/client.js';
import { CollectorError } from '../errors/collector-error.js';
import type { StreamIdentity } from '../pull/settings.js';
import type { TimeWindow } from '../pull/window.js';
import { SERVICES } from '../services/registry.js';
import { orderBackfill } from '../worker/backfill-order.js';
import { startBackfill } from '../worker/backfills.js';
import { streamsOf } from '../worker/streams.js';
import { count } from './cell-text.js';
import { chooseStream } from './choose-stream.js';
import { compareWithDevo } from './compare-with-devo.js';
import type { Comparison } from './compare-with-devo.js';
import { cliError } from './errors.js';
import type { Io } from './io.js';
import { loadForSteering } from './load-for-command.js';
import { drawTable } from './table.js';
import { identityOf } from './verify-identity.js';
import { repairWindows } from './verify-report.js';
import type { DayReport } from './verify-report.js';
import { withSession } from './with-session.js';

interface Given {
  readonly config?: string;
  readonly debug?: boolean;
  readonly stream: string;
  readonly input?: string;
  readonly output?: string;
  readonly from: string;
  readonly to: string;
  readonly repair?: boolean;
  readonly json?: boolean;
  /** Between two looks that have to agree. Default 60 s. */
  readonly apartMs?: number;
}

/** An output that is looked into. */
type VerifiedOutput = OutputConfig & { readonly verify: VerifyConfig };

/** What is done of one output. */
interface Found {
  readonly output: string;
  readonly range: TimeWindow;
  readonly comparison?: Comparison;
  /** Why it could not be compared: nothing is known then. */
  readonly problem?: CollectorError;
}

const APART_MS = 60_000;
const BAR_CHARACTERS = 30;

/**
 * Compares a range with each output that has `verify`, prints it, and starts backfills of what is missing where
 * that was asked for. Raises `VERIFY_MISSING`, what stood in the way of a comparison, and `USAGE_VERIFY_...`.
 */
export async function runVerify(io: Io, given: Given): Promise<void> {
  const config = await loadForSteering(io, given);
  const streams = streamsOf(config, false);
  const { identity } = chooseStream(streams, given.stream, given.input);
  const outputs = verifiedOutputs(config, given.output);
  const { from, to } = given;
  const asked = { service: identity.stream, input: identity.input, from, to };
  const { range } = orderBackfill(asked, streams, io.nowMs()).plan;
  const found: Found[] = [];
  for (const output of outputs)
    found.push(await compareOne(io, given, config, identity, output, range));
  const windows = found.flatMap(({ comparison, range: its }) =>
    repairWindows(comparison?.missing ?? [], its),
  );
  const repairs =
    given.repair === true && windows.length > 0
      ? await repair(io, given, config, identity, windows)
      : [];
  if (given.json === true) io.print(jsonOf(identity, found, repairs));
  else for (const each of found) printFound(io, each);
  for (const { workflowId, started } of given.json === true ? [] : repairs) {
    io.print(`${io.colors.green('ok')} ${started ? 'started' : 'runs already'} ${workflowId}`);
  }
  raiseUnlessWhole(found);
}

function verifiedOutputs(config: CollectorConfig, name: string | undefined): VerifiedOutput[] {
  const outputs = config.outputs.flatMap((output) =>
    output.verify !== undefined && (name === undefined || output.name === name)
      ? [{ ...output, verify: output.verify }]
      : [],
  );
  if (outputs.length > 0) return outputs;
  const which = name === undefined ? 'no output with verify' : `no output ${name} with verify`;
  throw cliError('USAGE_VERIFY_OFF', `found ${which}, expected address and token under verify`);
}

async function compareOne(
  io: Io,
  given: Given,
  config: CollectorConfig,
  stream: StreamIdentity,
  { name: output, verify }: VerifiedOutput,
  asked: TimeWindow,
): Promise<Found> {
  // What is younger may be on its way.
  const range = { fromMs: asked.fromMs, toMs: Math.min(asked.toMs, io.nowMs() - verify.afterMs) };
  if (range.toMs < range.fromMs) {
    const latest = new Date(io.nowMs() - verify.afterMs).toISOString();
    throw cliError(
      'USAGE_VERIFY_RANGE',
      `found --from ${given.from}, expected a time before ${latest}: what is younger may be on its way to ${output}`,
    );
  }
  const signal = io.interruption();
  const area = io.isTerminal && given.json !== true ? await io.live() : undefined;
  const compare = async (streamConf: StreamConfig): Promise<Comparison> => {
    const { input, service } = streamConf;
    const identity = identityOf(stream, input, service);
    if (identity === undefined) {
      throw cliError(
        'USAGE_VERIFY_STREAM',
        `found ${stream.stream}, whose records cannot be looked for one by one; expected incidents, alerts, all_alerts or audit_managements`,
      );
    }
    const api = createCortexClient({
      credentials: input.credentials,
      limiter: createLimiter(input.requestLimits),
      proxy: input.proxy,
    });
    return await compareWithDevo({
      client: createQueryClient(verify),
      readPage: pageReader(api, SERVICES[service.service], streamConf, {
        ...{ signal, priority: 'backfill' },
      }),
      ...{ identity, range, signal },
      nowMs: () => io.nowMs(),
      apartMs: given.apartMs ?? APART_MS,
      onProgress: (share, doing) => {
        const full = Math.round(share * BAR_CHARACTERS);
        const bar = '█'.repeat(full) + '░'.repeat(BAR_CHARACTERS - full);
        area?.show(`${io.colors.cyan(bar)}  ${Math.floor(share * 100)} %  ${output}: ${doing}`);
      },
    });
  };
  try {
    const comparison = await compare(streamConfig(config, stream, null)).catch(
      async (error: unknown) => {
        if (codeOf(error) !== 'CORTEX_TIME_FIELD_REFUSED') throw error;
        return await compare(streamConfig(config, stream, 'creation_time'));
      },
    );
    return { output, range, comparison };
  } catch (error) {
    if (!(error instanceof CollectorError) || error.code.startsWith('USAGE_')) throw error;
    return { output, range, problem: error };
  } finally {
    area?.end();
  }
}

async function repair(
  io: Io,
  given: Given,
  config: CollectorConfig,
  { stream, input }: StreamIdentity,
  windows: readonly TimeWindow[],
): Promise<{ readonly workflowId: string; readonly started: boolean }[]> {
  const streams = streamsOf(config, false);
  return await withSession(io, config, given, async (session) => {
    const repairs = [];
    for (const { fromMs, toMs } of windows) {
      const from = new Date(fromMs).toISOString();
      const to = new Date(toMs + 1).toISOString();
      const order = orderBackfill(
        { service: stream, input, from, to, lanes: 1 },
        streams,
        io.nowMs(),
      );
      repairs.push({ workflowId: order.workflowId, started: await startBackfill(session, order) });
    }
    return repairs;
  });
}

function printFound(io: Io, { output, comparison, problem }: Found): void {
  if (comparison === undefined) {
    io.print(`${output}: ${io.colors.yellow('unknown')} (${problem?.code ?? 'INTERNAL'})`);
    return;
  }
  io.print(
    drawTable<DayReport>(
      comparison.days,
      [
        { title: `day (${output})`, cell: ({ window }) => dayOf(window) },
        { title: 'in Cortex', cell: ({ inCortex }) => count(inCortex), align: 'right' },
        { title: 'in Devo', cell: ({ inDevo }) => count(inDevo), align: 'right' },
        {
          title: 'missing',
          cell: ({ missing }) => count(missing),
          align: 'right',
          paint: ({ missing }, colors) => (missing > 0 ? colors.red : colors.green),
        },
        { title: 'doubled', cell: ({ doubled }) => count(doubled), align: 'right' },
        { title: 'by', cell: ({ by }) => by, leaves: 1 },
      ],
      { colors: io.colors, columns: io.columns(), nowMs: io.nowMs() },
    ),
  );
  const withoutKey = comparison.days.reduce((sum, day) => sum + day.withoutKey, 0);
  if (withoutKey > 0) {
    io.printError(
      `${io.colors.yellow('warning')} ${count(withoutKey)} records have no id, so nobody can look for them`,
    );
  }
}

function dayOf({ fromMs }: TimeWindow): string {
  return new Date(fromMs).toISOString().slice(0, 10);
}

function jsonOf(
  { input, stream }: StreamIdentity,
  found: readonly Found[],
  repairs: readonly object[],
): string {
  const iso = (ms: number) => new Date(ms).toISOString();
  const outputs = found.map(({ output, range, comparison, problem }) => ({
    output,
    outcome: outcomeOf(comparison),
    from: iso(range.fromMs),
    to: iso(range.toMs + 1),
    ...(problem === undefined ? {} : { problem: { code: problem.code, message: problem.message } }),
    days: (comparison?.days ?? []).map(({ window, ...day }) => ({
      ...{ from: iso(window.fromMs), to: iso(window.toMs + 1), ...day },
    })),
  }));
  return JSON.stringify({ input, stream, outputs, repairs }, undefined, 2);
}

function outcomeOf(comparison: Comparison | undefined): 'complete' | 'missing' | 'unknown' {
  if (comparison === undefined) return 'unknown';
  return comparison.missing.length > 0 ? 'missing' : 'complete';
}

function raiseUnlessWhole(found: readonly Found[]): void {
  const missing = found.reduce((sum, each) => sum + (each.comparison?.missing.length ?? 0), 0);
  const problem = found.find((each) => each.problem !== undefined)?.problem;
  if (missing > 0)
    throw cliError(
      'VERIFY_MISSING',
      `found ${count(missing)} records missing in Devo, expected none`,
    );
  if (problem !== undefined) throw problem;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof CollectorError ? error.code : undefined;
}
