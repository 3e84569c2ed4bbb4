import { errorOf, fromPayloadList } from './payloads.js';
import type { Command } from './commands.js';

interface Asked {
  readonly runId: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Updates that wait for their answer. */
export class Updates {
  readonly #asked = new Map<string, Asked>();

  async wait(id: string, runId: string): Promise<unknown> {
    return await new Promise((resolve, reject) => {
      this.#asked.set(id, { runId, resolve, reject });
    });
  }

  respond(id: string, { completed, rejected }: NonNullable<Command['updateResponse']>): void {
    const asked = this.#asked.get(id);
    if (asked === undefined) return;
    if (completed) {
      this.#asked.delete(id);
      asked.resolve(fromPayloadList([completed])[0]);
    } else if (rejected) {
      this.#asked.delete(id);
      asked.reject(errorOf(rejected));
    }
  }

  /** The run ended without an answer. */
  abandon(runId: string): void {
    for (const [id, asked] of this.#asked) {
      if (asked.runId !== runId) continue;
      this.#asked.delete(id);
      asked.reject(new Error('the workflow ended before it answered the update'));
    }
  }
}
