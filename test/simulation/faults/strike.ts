import type { Cluster } from '../cluster.js';
import type { Random } from '../random.js';
import { clock } from '../time/clock.js';
import { trace } from '../trace.js';
import type { Fault } from './fault.js';
import { HOST_FAULTS } from './hosts.js';
import { OPERATOR_FAULTS } from './operators.js';
import { RECEIVER_FAULTS } from './receivers.js';
import { TENANT_FAULTS } from './tenant.js';

const FAULTS = [...HOST_FAULTS, ...TENANT_FAULTS, ...RECEIVER_FAULTS, ...OPERATOR_FAULTS];

/** The faults of one world: how often each struck, and the end of those that go on. */
export interface Strikes {
  readonly counts: Readonly<Record<string, number>>;
  endAll(): void;
}

/** Which faults may be drawn. */
export interface Choice {
  /** Those that the product does not stand yet, too. */
  readonly known: boolean;
  /** These kinds alone, more often and for longer; undefined: all. */
  readonly only: readonly string[] | undefined;
}

/** Draws faults over the time of chaos; each ends by itself after a while. */
export function strikeFaults(cluster: Cluster, random: Random, { known, only }: Choice): Strikes {
  const counts: Record<string, number> = {};
  const going = new Set<() => void>();
  const possible = FAULTS.filter(
    (fault) =>
      (known || fault.known === undefined) &&
      (only?.includes(fault.kind) ?? true) &&
      (fault.fits?.(cluster) ?? true),
  );
  const { chaosMs } = cluster.scenario;
  const drawn = random.chance(0.1) ? 0 : random.between(1, 12);
  const number = only === undefined ? drawn : 4 * drawn;
  for (let left = possible.length === 0 ? 0 : number; left > 0; left -= 1) {
    const fault = draw(possible, random);
    // Many at the beginning, where much is under way.
    const atMs = random.chance(0.4) ? random.below(60_000) : random.below(chaosMs);
    const forMs = Math.round(1_000 * 10 ** (random.next() * (only === undefined ? 3 : 4.5)));
    clock.after(atMs, () => strike(fault, forMs));
  }

  async function strike(fault: Fault, forMs: number): Promise<void> {
    counts[fault.kind] = (counts[fault.kind] ?? 0) + 1;
    trace.add(`fault: ${fault.kind}`);
    const end = await fault.strike(cluster, random);
    if (end === undefined) return;
    const endOnce = () => {
      if (!going.delete(endOnce)) return;
      trace.add(`fault ends: ${fault.kind}`);
      end();
    };
    going.add(endOnce);
    clock.after(forMs, endOnce);
  }

  return {
    counts,
    endAll: () => {
      for (const end of going) end();
    },
  };
}

function draw(faults: readonly Fault[], random: Random): Fault {
  const total = faults.reduce((sum, { weight = 1 }) => sum + weight, 0);
  let at = random.next() * total;
  const found = faults.find(({ weight = 1 }) => (at -= weight) < 0) ?? faults[0];
  if (found === undefined) throw new Error('no faults');
  return found;
}
