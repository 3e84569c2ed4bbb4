// npm run bench [-- [--short] [--profile] PART...]: runs the parts named, or all of them, one after the other.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { ROOT } from './processes.js';
import { say } from './print.js';

/** Each part, and what makes it short: it then shows that it works, and little else. */
const PARTS = {
  pull: { alerts: 2_000, rounds: 1 },
  quota: { alerts: 3_000, rounds: 1 },
  deliver: { events: 20_000, rounds: 1 },
  memory: { events: 60_000, picture: join(ROOT, '.cache', 'memory.svg') },
  idle: { cycles: 2, alerts: 2_000 },
  freshness: { seconds: 15 },
  start: { rounds: 1 },
  tenants: { counts: [5], periodS: 10, periods: 1.5 },
};

const { values, positionals } = parseArgs({
  options: { short: { type: 'boolean' }, profile: { type: 'boolean' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  say(`found ${unknown.join(', ')}, expected some of ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}
const profiles = join(ROOT, '.cache', 'profiles');
for (const [name, short] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const part = await import(`./${name}.js`);
  await part[name]({
    ...(values.short === true && short),
    ...(values.profile === true && { execArgv: ['--cpu-prof', `--cpu-prof-dir=${profiles}`] }),
  });
}
