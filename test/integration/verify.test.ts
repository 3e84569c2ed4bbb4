import { expect, test } from 'vitest';
import { startCli } from './cli-process.js';
import { connectTo } from './collector-process.js';
import { eventually } from './eventually.js';
import { history, withTrial } from './trial.js';

const RECORDS = 2_000;

interface VerifyJson {
  readonly outputs: readonly {
    readonly outcome: string;
    readonly days: readonly { readonly inCortex: number; readonly missing: number }[];
  }[];
  readonly repairs: readonly { readonly workflowId: string; readonly started: boolean }[];
}

test('events that Devo lost after it took them are found by verify and sent again by --repair', async () => {
  const past = history(RECORDS);
  await withTrial(
    {
      tenant: { history: { audit_managements: past }, behaviour: { requestsPerSecond: 0 } },
      services: { audit_managements: {} },
      input: { requests_per_second: 100 },
      query: { lostShare: 0.01 },
    },
    async ({ folder, simulator, until }) => {
      const { query } = simulator;
      if (query === undefined) throw new Error('expected a query server');
      await until(({ received, lost }) => received >= RECORDS && lost === 0);
      query.set({ lostShare: 0 });
      const { lost } = query.stats();
      expect(lost).toBeGreaterThan(5);

      const range = ['--from', String(past.fromMs), '--to', String(past.toMs + 1)];
      const verify = async (...more: readonly string[]) => {
        const args = ['verify', 'audit_managements', ...range, '--json', ...more];
        const { exitCode, stdout } = await startCli([
          ...args,
          ...['--config', simulator.configFile],
        ]).result();
        const report = JSON.parse(stdout) as VerifyJson;
        const days = report.outputs.flatMap((output) => output.days);
        return {
          ...{ exitCode, repairs: report.repairs },
          outcomes: report.outputs.map(({ outcome }) => outcome),
          inCortex: days.reduce((sum, day) => sum + day.inCortex, 0),
          missing: days.reduce((sum, day) => sum + day.missing, 0),
        };
      };

      const first = await verify('--repair');
      expect(first).toMatchObject({ exitCode: 1, outcomes: ['missing'], missing: lost });
      expect(first.inCortex).toBe(RECORDS);
      expect(first.repairs.length).toBeGreaterThan(0);

      const { client, close } = await connectTo(folder);
      for (const { workflowId } of first.repairs) {
        await client.workflow.getHandle(workflowId).result();
      }
      await close();
      // The last event becomes visible when its second has passed.
      const second = await eventually('a whole range', verify, ({ exitCode }) => exitCode === 0);
      expect(second).toMatchObject({ outcomes: ['complete'], missing: 0, inCortex: RECORDS });
      expect(simulator.reckoning().lost).toBe(0);
    },
  );
});
