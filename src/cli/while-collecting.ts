import type { Logger } from 'pino';
import type { CollectorConfig } from '../config/model.js';
import { keepHeapSmall } from '../worker/heap.js';
import type { TemporalSession } from '../worker/temporal/open-temporal.js';
import { startCollector } from '../worker/run-collector.js';
import type { Collector } from '../worker/run-collector.js';

/** Ends with the reason when a worker ended by itself before `work` was done. */
export async function whileCollecting(
  config: CollectorConfig,
  session: TemporalSession,
  log: Logger,
  work: (collector: Collector) => Promise<void>,
): Promise<void> {
  keepHeapSmall();
  const collector = await startCollector(config, session, log);
  try {
    await Promise.race([work(collector), collector.done]);
  } finally {
    log.info('Stopping: deliveries get the time to finish');
    collector.shutdown();
    await collector.done;
  }
}
