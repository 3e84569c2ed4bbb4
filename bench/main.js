// npm run bench [-- PART...]: runs the parts named, or all of them, one after the other.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { say } from './print.js';

const PARTS = ['pull', 'quota', 'deliver', 'memory', 'idle', 'freshness', 'start', 'tenants'];

const { values, positionals } = parseArgs({
  options: { short: { type: 'boolean', default: false }, profile: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !PARTS.includes(name));
if (unknown.length > 0) {
  say(`found ${unknown.join(', ')}, expected some of ${PARTS.join(', ')}`);
  process.exit(2);
}
for (const name of positionals.length > 0 ? positionals : PARTS) {
  const part = await import(`./${name}.js`);
  await part[name]({
    short: values.short,
    execArgv: values.profile ? ['--cpu-prof', `--cpu-prof-dir=${process.cwd()}/.cache/profiles`] : [],
  });
}
