import { reckoningLine } from '../../simulator/reckoning.js';
import type { ChaosResult } from './run-chaos.js';

/** The table of a run: kills by kind with how long recovery took, and what arrived. */
export function reportLines({
  kills,
  reckoning,
  resets,
  mostCut,
  mostDuplicates,
}: ChaosResult): string[] {
  const kinds = [...new Set(kills.map(({ kind }) => kind))].sort();
  return [
    `${'disturbed'.padEnd(22)}times   median      most`,
    ...kinds.map((kind) => {
      const times = kills
        .filter((kill) => kill.kind === kind)
        .map(({ recoveryMs }) => recoveryMs)
        .sort((a, b) => a - b);
      return `${kind.padEnd(22)}${String(times.length).padStart(5)} ${seconds(times[times.length >> 1])} ${seconds(times.at(-1))}`;
    }),
    `connections reset by the receiver: ${resets}`,
    `segments in flight at the kills: ${kills.reduce((sum, { inFlight }) => sum + inFlight, 0)}, events that may rightly come again: ${mostDuplicates}`,
    `half events where the collector was killed in mid-event: ${reckoning.cut} of at most ${mostCut}`,
    reckoningLine(reckoning),
  ];
}

function seconds(ms = 0): string {
  return `${(ms / 1000).toFixed(1)} s`.padStart(8);
}
