import { ApplicationFailure, Context } from '@temporalio/activity';

/** What the workflows ask for. */
export interface Activities {
  failTwice(): Promise<number>;
  workLong(): Promise<void>;
}

export const activities: Activities = {
  failTwice: () => {
    const { attempt } = Context.current().info;
    if (attempt === 3) return Promise.resolve(attempt);
    return Promise.reject(
      ApplicationFailure.create({ message: 'not yet', nextRetryDelay: attempt * 100 }),
    );
  },
  async workLong() {
    const { cancellationSignal, heartbeat } = Context.current();
    for (;;) {
      heartbeat();
      await wait(200);
      cancellationSignal.throwIfAborted();
    }
  },
};

/** By the clock that is in force: the virtual one stands in for `setTimeout` alone. */
async function wait(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });
}
