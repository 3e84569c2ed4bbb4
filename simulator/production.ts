import type { Random } from './random.js';
import { RECORD_KINDS } from './tenant-options.js';
import type { ProductionRates, RecordKind } from './tenant-options.js';

type Step = RecordKind | 'modifications';

interface Clockwork {
  readonly step: Step;
  readonly gapMs: number;
  nextMs: number;
}

/** Decides when the next record or modification of each kind falls due. */
export class Production {
  readonly #clockworks: readonly Clockwork[];
  readonly #random: Random;

  constructor(rates: ProductionRates, random: Random, startMs: number) {
    this.#random = random;
    this.#clockworks = ([...RECORD_KINDS, 'modifications'] as const).flatMap((step) => {
      const perSecond = (rates[step] ?? 0) * (rates.speed ?? 1);
      const gapMs = 1000 / perSecond;
      return perSecond > 0 ? [{ step, gapMs, nextMs: startMs + gapMs * random.next() }] : [];
    });
  }

  /** Calls `make` for all that fell due by `nowMs`, in order of time; `atMs` is a whole epoch ms. */
  advance(nowMs: number, make: (step: Step, atMs: number) => void): void {
    for (;;) {
      const [due] = this.#clockworks.toSorted((a, b) => a.nextMs - b.nextMs);
      if (due === undefined || due.nextMs > nowMs) return;
      make(due.step, Math.floor(due.nextMs));
      // Between half and one and a half gaps: an even rate without an even beat.
      due.nextMs += due.gapMs * (0.5 + this.#random.next());
    }
  }
}
