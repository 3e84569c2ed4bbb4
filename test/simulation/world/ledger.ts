import type { SegmentRef } from '../../../src/pull/receipts.js';

/** One attempt to send a segment to an output, and what of it arrived there. */
export interface Sending {
  readonly workflowId: string;
  readonly runId: string;
  readonly output: string;
  readonly segment: SegmentRef;
  readonly atMs: number;
  readonly names: string[];
  /**
   * `open`: under way · `settled`: its workflow was told that it arrived · `doubtful`: it may have arrived, and
   * nobody was told.
   */
  state: 'open' | 'settled' | 'doubtful';
  /** Remembered as confirmed on the disk of its host, and that disk is still there. */
  onDisk: string | undefined;
  settledMs: number;
}

/** What arrived where, by whose sending. */
export class Ledger {
  readonly sendings: Sending[] = [];
  /** How often each name arrived, by output. */
  readonly #arrived = new Map<string, Map<string, number>>();
  strangers: string[] = [];

  open(sending: Sending): void {
    this.sendings.push(sending);
  }

  arrive(sending: Sending, name: string): void {
    sending.names.push(name);
    const names = this.#arrived.get(sending.output) ?? new Map<string, number>();
    this.#arrived.set(sending.output, names);
    names.set(name, (names.get(name) ?? 0) + 1);
  }

  arrived(output: string, name: string): number {
    return this.#arrived.get(output)?.get(name) ?? 0;
  }

  get events(): number {
    return this.sendings.reduce((sum, { names }) => sum + names.length, 0);
  }

  /** Whatever a disk remembered is gone with it. */
  onDiskLost(disk: string): void {
    for (const sending of this.sendings) if (sending.onDisk === disk) sending.onDisk = undefined;
  }

  /** A run ended in the middle of something: what it was told since its last task it did not note. */
  onRunLost(runId: string, sinceMs: number): void {
    for (const sending of this.sendings) {
      if (sending.runId !== runId) continue;
      if (sending.state === 'settled' && sending.settledMs >= sinceMs) sending.state = 'doubtful';
    }
  }
}
