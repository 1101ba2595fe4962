// Adds up what the test runners counted: node scripts/ci/counts.mjs REPORT.tap...
// Reads the summary each runner writes at the end of its TAP report; the last line it prints is
// `N passed, N failed`, and before it stands what failed, with its diagnosis. Exits with 1 if a test failed or was left out, or if a report has no test at all.

import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

const totals = { passed: 0, failed: 0 };
const complaints = [];

for (const file of process.argv.slice(2)) {
  const name = basename(file);
  const report = readCounts(file);
  if (report === undefined) {
    complaints.push(`${name}: the runner did not come to its summary`);
    continue;
  }
  totals.passed += report.passed;
  totals.failed += report.failed;
  console.log(`${name}: ${report.passed} passed, ${report.failed} failed`);
  if (report.passed + report.failed === 0) complaints.push(`${name}: no test was run`);
  for (const failure of report.failures) console.log(failure);
  for (const line of report.leftOut) complaints.push(`${name}: a test was left out: ${line}`);
}

if (totals.passed + totals.failed === 0) complaints.push('no test was run');
for (const complaint of complaints) console.log(complaint);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = complaints.length === 0 && totals.failed === 0 ? 0 : 1;

/** The numbers of a report's summary and its tests that did not run, or undefined if it has no summary. */
function readCounts(file) {
  const report = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const plan = [...report.matchAll(/^1\.\.\d+$/gm)].at(-1);
  const summary = plan === undefined ? '' : report.slice(plan.index);
  const passed = /^# pass (\d+)$/m.exec(summary)?.[1];
  const failed = /^# fail (\d+)$/m.exec(summary)?.[1];
  const cancelled = /^# cancelled (\d+)$/m.exec(summary)?.[1] ?? '0';
  if (passed === undefined) return undefined;
  return {
    passed: Number(passed),
    failed: Number(failed ?? 0) + Number(cancelled),
    // A line of the report's top level, with the block of diagnosis that follows it, of which the first 40 lines are shown.
    failures: (report.match(/^not ok \d+ .*(?:\n {2}.*)*/gm) ?? []).map((failure) =>
      failure.split('\n').slice(0, 40).join('\n'),
    ),
    leftOut: report.match(/^(?:not )?ok \d+ .*# (?:skip|todo).*$/gim) ?? [],
  };
}
