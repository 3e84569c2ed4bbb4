// count-tests.js [--more-failed N] REPORT...: sums vitest's JSON reports into one line; exit 1 if anything failed.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';

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
  skipped += report.numPendingTests + report.numTodoTests;
  // A file that cannot be loaded or whose hooks fail has no failed test of its own.
  failed += report.testResults.filter(
    (file) =>
      file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
}
process.stdout.write(
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
);
process.exitCode = failed > 0 ? 1 : 0;
