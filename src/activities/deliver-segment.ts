import { CollectorError } from '../errors/collector-error.js';
import type { DeliverSegmentInput, DeliveryReceipt } from '../pull/receipts.js';
import type { ActivityDependencies } from './dependencies.js';
import { guarded } from './guarded.js';

const ACTIVITY = { activity: 'deliverSegment', atStop: 'finish' } as const;

/** Makes the activity that sends one segment to one output and remembers its confirmation on disk. */
export function createDeliverSegment(deps: ActivityDependencies) {
  return async (input: DeliverSegmentInput): Promise<DeliveryReceipt> =>
    await guarded(deps, ACTIVITY, identityOf(input), async ({ signal, tries }) => {
      const { segment, output: name, outputs } = input;
      const output = deps.output(name);
      if (output === undefined) {
        throw new CollectorError(
          'CONFIG_OUTPUT_ABSENT',
          `found no output ${name} in this worker's config; give every worker the same config file and apply it again`,
          { retry: 'never' },
        );
      }
      // A crash between the confirmation and the report to Temporal must not send it twice.
      if (await deps.segments.isConfirmed(segment, name)) {
        await deps.segments.confirm(segment, name, outputs);
        return {
          output: name,
          events: segment.events,
          bytes: segment.bytes,
          confirmation: 'local',
          elapsedMs: 0,
        };
      }
      const source = await deps.segments.open(segment);
      const receipt = await output.deliver(source, { signal, tries });
      await deps.segments.confirm(segment, name, outputs);
      deps.observer.onDelivered(identityOf(input), receipt, segment.byTag);
      return receipt;
    });
}

function identityOf({ input, inputId, stream }: DeliverSegmentInput) {
  return { input, inputId, stream };
}
