import type { CortexClient } from '../cortex/client.js';
import { readWindow } from '../pull/read-window.js';
import type { ReadLimits, ReadPage, RowSink, WindowRead } from '../pull/read-window.js';
import { clockWarnings, nothingOf, settledPart } from '../pull/settled.js';
import type { TimeWindow } from '../pull/window.js';

/** Readings of a window whose replies tell that the tenant is not as far yet. */
const MOST_READINGS = 3;

/** A window as far as it was read, and whether that is as far as it can be by now. */
export interface SettledRead extends WindowRead {
  readonly reachedNow: boolean;
}

/**
 * Reads what the tenant has settled of a window. The first replies of a process tell what the tenant's now is, so it
 * is looked at once more afterwards, and what was read too far is read again up to there.
 */
export async function readSettled<Row>(
  asked: TimeWindow,
  { clock }: Pick<CortexClient, 'clock'>,
  settleMs: number,
  readPage: ReadPage<Row>,
  sink: RowSink<Row>,
  limits: ReadLimits,
): Promise<SettledRead> {
  let requests = 0;
  const warnings = () => clockWarnings(clock.now(), Date.now(), settleMs);
  for (let readings = 0; readings < MOST_READINGS; readings++) {
    const { window, reachedNow } = settledPart(asked, clock.now(), settleMs);
    if (window === null) break;
    const read = await readWindow(window, readPage, sink, limits);
    requests += read.requests;
    if (!settledPart(read.window, clock.now(), settleMs).reachedNow) {
      const said = [...read.warnings, ...warnings()];
      const whole = reachedNow && read.window.toMs === window.toMs;
      return { ...read, requests, reachedNow: whole, warnings: said };
    }
    await sink.restart();
  }
  return {
    ...{ window: nothingOf(asked), requests, rereads: 0, rows: 0, warnings: warnings() },
    ...{ fullMillisecond: false, reachedNow: true },
  };
}
