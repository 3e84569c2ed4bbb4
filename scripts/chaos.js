// chaos.js [--kills N] [--records N] [--seed S]: kills at random over a pull; the build must be up to date.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    records: { type: 'string', default: '50000' },
    seed: { type: 'string', default: '1' },
  },
});
for (const [name, value] of Object.entries(values)) {
  if (/^\d+$/.test(value)) continue;
  process.stderr.write(`found --${name} ${value}, expected a whole number\n`);
  process.exit(2);
}
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'chaos'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    CHAOS_KILLS: values.kills,
    CHAOS_RECORDS: values.records,
    CHAOS_SEED: values.seed,
  },
});
process.exitCode = status ?? 1;
