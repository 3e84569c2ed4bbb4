import type { VerifyConfig } from '../config/model.js';
import { createQueryClient } from '../devo/query/client.js';
import { countPulls } from '../devo/query/count-pulls.js';
import { tableOf } from '../devo/query/text.js';
import { CollectorError } from '../errors/collector-error.js';
import type { VerifyInDevoInput } from '../pull/receipts.js';
import { judge } from '../pull/verification.js';
import type { PendingPull, TagVerdict, VerifyReceipt } from '../pull/verification.js';
import type { ActivityDependencies } from './dependencies.js';
import { guarded } from './guarded.js';

/** Events may have arrived this long before the time that their pull is named by: clocks differ. */
const BEFORE_MS = 900_000;
/** Longest reason that goes into the history. */
const MOST_TEXT = 300;

const ACTIVITY = { activity: 'verifyInDevo', atStop: 'give up' } as const;

/** Makes the activity that asks Devo how much of some pulls arrived. */
export function createVerifyInDevo(deps: ActivityDependencies) {
  return async (input: VerifyInDevoInput): Promise<VerifyReceipt> =>
    await guarded(deps, ACTIVITY, input, async ({ signal }) => {
      const { output: name, pulls } = input;
      const verify = deps.config().outputs.find((output) => output.name === name)?.verify;
      if (verify === undefined) {
        throw new CollectorError(
          'CONFIG_OUTPUT_ABSENT',
          `found no output ${name} with verify in this worker's config; give every worker the same config file and apply it again`,
          { retry: 'never' },
        );
      }
      const atMs = Date.now();
      const verdicts: TagVerdict[] = [];
      const warnings = new Map<string, { readonly code: string; readonly message: string }>();
      for (const [tag, its] of byTag(pulls)) {
        try {
          verdicts.push(...(await lookFor(verify, tag, its, atMs, signal)));
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof CollectorError)) throw error;
          const { code, message } = error;
          warnings.set(message, { code, message: message.slice(0, MOST_TEXT) });
          const unknown = { outcome: 'unknown', found: null, code } as const;
          verdicts.push(...its.map(({ pullingId }) => ({ ...unknown, pullingId, tag })));
        }
      }
      for (const warning of warnings.values())
        deps.log.warn({ output: name, ...warning }, 'Not verified');
      return { atMs, verdicts, warnings: [...warnings.values()] };
    });
}

async function lookFor(
  verify: VerifyConfig,
  tag: string,
  pulls: readonly PendingPull[],
  atMs: number,
  signal: AbortSignal,
): Promise<TagVerdict[]> {
  const firstMs = Math.min(...pulls.map(({ pullingId }) => pullingId));
  const { byPull } = await countPulls(
    createQueryClient(verify),
    {
      table: tableOf(tag),
      pullingIdColumn: verify.pullingIdColumn,
      fromMs: firstMs - BEFORE_MS,
      untilMs: atMs,
    },
    signal,
  );
  return pulls.map(({ pullingId, events, looks }) => ({
    ...judge(events[tag] ?? 0, byPull.get(String(pullingId)) ?? 0, looks[tag], atMs),
    pullingId,
    tag,
  }));
}

/** The pulls to look for under each tag; tags that were found whole are left out. */
function byTag(pulls: readonly PendingPull[]): Map<string, PendingPull[]> {
  const found = new Map<string, PendingPull[]>();
  for (const pull of pulls) {
    for (const [tag, events] of Object.entries(pull.events)) {
      if (events === 0 || pull.complete.includes(tag)) continue;
      found.set(tag, [...(found.get(tag) ?? []), pull]);
    }
  }
  return found;
}
