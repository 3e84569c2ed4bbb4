// count-tests.js [--more-failed N] REPORT...: names each skip, and sums vitest's JSON reports into one line; exit 1 if
// anything failed, or was skipped that may not be.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

/** Where a test may be skipped, and for want of what. */
const MAY_SKIP = {
  'test/unit/config/file-choice.test.ts': 'a user other than root, who may read everything',
  'test/unit/worker/state-folder.test.ts': 'a user other than root, whom no folder refuses',
  'test/integration/disk.test.ts': 'root that may mount',
  'test/integration/observe.test.ts': 'promtool',
  'test/peers/rsyslog.test.ts': 'rsyslogd with gnutls',
  'test/peers/devo-sdk.test.ts': 'devo-sdk',
  'test/peers/peers.test.ts': 'nginx, haproxy, stunnel, rsyslog or syslog-ng',
  'test/unit/devo/certificate-files.test.ts': 'openssl',
  'test/unit/devo/tls-alert.test.ts': 'openssl',
  'test/ui/backfill-form.test.ts': 'Chromium',
  'test/ui/end-by-hand.test.ts': 'Chromium',
  'test/ui/reset-signal.test.ts': 'Chromium',
};

const { values, positionals } = parseArgs({
  options: { 'more-failed': { type: 'string', default: '0' } },
  allowPositionals: true,
});

let passed = 0;
let failed = Number(values['more-failed']);
let skipped = 0;
for (const path of positionals) {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  for (const { name, status, assertionResults } of report.testResults) {
    const file = relative(process.cwd(), name);
    // A file that cannot be loaded or whose hooks fail has no failed test of its own.
    if (status === 'failed' && assertionResults.every((test) => test.status !== 'failed')) failed++;
    for (const test of assertionResults) {
      if (['passed', 'failed'].includes(test.status)) continue;
      skipped++;
      const lacks = MAY_SKIP[file];
      if (lacks === undefined) failed++;
      const why = lacks === undefined ? 'which may not be' : `for want of ${lacks}`;
      process.stdout.write(`skipped, ${why}: ${file}: ${test.fullName.trim()}\n`);
    }
  }
}
process.stdout.write(
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
);
process.exitCode = failed > 0 ? 1 : 0;
