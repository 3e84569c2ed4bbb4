import { Context } from '@temporalio/activity';
import { CortexError } from '../cortex/errors.js';
import type { JsonObject, JsonValue } from '../cortex/json.js';
import { rowsOfReply } from '../cortex/rows-of-reply.js';
import { mayConcernOne } from '../pull/owed.js';
import type { FetchIncidentAlertsInput, IncidentAlertsReceipt } from '../pull/receipts.js';
import type { IncidentExtraData } from '../services/incident-alerts.js';
import { readExtraData } from '../services/incident-alerts.js';
import type { ActivityDependencies, StreamConfig } from './dependencies.js';
import { streamConfig } from './dependencies.js';
import { createEventFrames } from './event-frames.js';
import { guarded } from './guarded.js';
import { createIncidentTaker } from './incident-taker.js';

const BATCH_PATH = 'v1/incidents/get_multiple_incidents_extra_data';
const LIST_PATH = 'v1/incidents/get_incidents';
const SINGLE_PATH = 'v1/incidents/get_incident_extra_data';

/** A single call always names one; this keeps the types honest. */
const NOBODY = { id: '', alertCount: null };

/** What one call of the API brought. */
interface Answer {
  readonly entries: readonly IncidentExtraData[];
  readonly lossless: boolean;
  readonly warning?: string;
}

const ACTIVITY = { activity: 'fetchIncidentAlerts', atStop: 'give up' } as const;

/** Makes the activity that asks once for the alerts of incidents and writes what is new as one segment. */
export function createFetchIncidentAlerts(deps: ActivityDependencies) {
  return async (input: FetchIncidentAlertsInput): Promise<IncidentAlertsReceipt> =>
    await guarded(deps, ACTIVITY, input, async ({ signal }) => {
      const startedMs = Date.now();
      deps.observer.onFetching(input);
      const config = deps.config();
      const stream = streamConfig(config, input, null);
      const { workflowId } = Context.current().info.workflowExecution ?? { workflowId: 'none' };
      await deps.segments.keepOnly(workflowId, input.keep);
      const answer = await ask(deps, input, stream, signal);
      const frames = createEventFrames({
        pullingId: input.pullingId,
        host: config.name,
        environment: stream.input.environment,
      });
      const taker = createIncidentTaker(input);
      if (answer?.warning !== undefined) taker.warn(answer.warning);
      const writer = await deps.segments.create(workflowId, input.segment);
      try {
        for (const entry of answer?.entries ?? []) {
          const events = taker.take(entry);
          if (events.length === 0) continue;
          const made = frames.frame(events, answer?.lossless ?? false);
          await writer.append(Buffer.concat(made), made.length);
        }
        const stored = await writer.commit();
        const receipt: IncidentAlertsReceipt = {
          segment: stored === null ? null : { ...stored, byTag: frames.byTag },
          window: input.window,
          ...taker.result(),
          batchMissing: answer === undefined,
        };
        deps.observer.onFetched(input, receipt, Date.now() - startedMs);
        return receipt;
      } catch (error) {
        await writer.abort();
        throw error;
      }
    });
}

/** One call; undefined where the tenant does not have it. */
async function ask(
  deps: ActivityDependencies,
  { call, incidents, priority }: FetchIncidentAlertsInput,
  { input, service }: StreamConfig,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const post = async (path: string, data: JsonObject) =>
    // Its quota per minute is not the one per second that all calls of the input share.
    await deps.client(input).call(service.apiFqdn, path, data, { signal, priority, quota: 'own' });
  const read = (entries: readonly JsonValue[]) =>
    entries.map((entry) => readExtraData(entry, service));
  if (call === 'single') {
    const [{ id, alertCount } = NOBODY] = incidents;
    const askFor = async (limit: number): Promise<Answer> => {
      const reply = await post(SINGLE_PATH, { incident_id: id, alerts_limit: limit });
      return { entries: read([reply.value]), lossless: reply.lossless };
    };
    // An incident is known to have so many alerts, though the API may not give as many at once.
    const wanted = Math.max(service.alertsLimit, alertCount ?? 0);
    try {
      return await askFor(wanted).catch(async (error: unknown) => {
        if (!isRefused(error) || wanted === service.alertsLimit) throw error;
        return await askFor(service.alertsLimit);
      });
    } catch (error) {
      if (!mayBeGone(error) || (await exists(id).catch(() => true))) throw error;
      const warning = `incident ${id} went from the tenant before its alerts were asked for`;
      return { entries: read([{ incident_id: id, alert_count: 0 }]), lossless: false, warning };
    }
  }
  const excluded = service.includeIncidentArtifacts ? [] : ['network_artifacts', 'file_artifacts'];
  try {
    const reply = await post(BATCH_PATH, {
      filters: [
        { field: 'incident_id_list', operator: 'in', value: incidents.map(({ id }) => id) },
      ],
      search_from: 0,
      search_to: 100,
      sort: { field: 'creation_time', keyword: 'asc' },
      fields_to_exclude: excluded,
    });
    const { rows } = rowsOfReply(reply.value, 'incidents', BATCH_PATH);
    return { entries: read(rows), lossless: reply.lossless };
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw error;
  }

  async function exists(id: string): Promise<boolean> {
    const { value } = await deps.client(input).call(
      service.apiFqdn,
      LIST_PATH,
      {
        filters: [{ field: 'incident_id_list', operator: 'in', value: [id] }],
        search_from: 0,
        search_to: 1,
        sort: { field: 'modification_time', keyword: 'asc' },
      },
      { signal, priority },
    );
    return rowsOfReply(value, 'incidents', LIST_PATH).rows.length > 0;
  }
}

/** An incident that was merged into another is answered in various ways, a server's error among them. */
function mayBeGone(error: unknown): boolean {
  return error instanceof CortexError && mayConcernOne(error.code);
}

function isRefused(error: unknown): boolean {
  return error instanceof CortexError && error.code === 'CORTEX_BAD_REQUEST';
}
