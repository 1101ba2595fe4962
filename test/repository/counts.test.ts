// scripts/ci/counts.mjs, which says in CI's last line how many tests passed: on reports as AVA and node:test write them.

import { join } from 'node:path';
import test from 'ava';
import { execute } from './programs.ts';
import { repositoryRoot } from './root.ts';
import { withTree } from './tree.ts';

const ava = (passed: number, failed: number, lines = '') =>
  `\n> thrum@0.1.0 test\n\nTAP version 13\nok 1 - a\n${lines}\n1..${passed + failed}\n# tests ${passed + failed}\n# pass ${passed}\n# fail ${failed}\n\n`;
const nodeTest = (passed: number, failed: number, cancelled = 0) =>
  `TAP version 13\n# Subtest: x\nok 1 - x\n1..${passed}\n# tests ${passed}\n# suites 0\n# pass ${passed}\n# fail ${failed}\n# cancelled ${cancelled}\n# skipped 0\n# todo 0\n`;

/** The exit code and the lines printed for these reports; an undefined one does not exist. */
async function count(tests: string | undefined, smoke: string | undefined) {
  const tree: Record<string, string> = {};
  if (tests !== undefined) tree['tests.tap'] = tests;
  if (smoke !== undefined) tree['smoke.tap'] = smoke;
  return withTree(tree, async (folder) => {
    const script = join(repositoryRoot, 'scripts/ci/counts.mjs');
    const args = [script, join(folder, 'tests.tap'), join(folder, 'smoke.tap')];
    const { exit, stdout } = await execute(process.execPath, args);
    return { exit, lines: stdout.trimEnd().split('\n') };
  });
}

test('passing reports are added up', async (t) => {
  t.deepEqual(await count(ava(70, 0), nodeTest(6, 0)), {
    exit: 0,
    lines: ['tests.tap: 70 passed, 0 failed', 'smoke.tap: 6 passed, 0 failed', '76 passed, 0 failed'],
  });
});

test('a failed test in either report is a failure', async (t) => {
  for (const [tests, smoke] of [
    [ava(70, 1), nodeTest(6, 0)],
    [ava(70, 0), nodeTest(6, 1)],
    [ava(70, 0), nodeTest(6, 0, 1)],
  ]) {
    const { exit, lines } = await count(tests, smoke);
    t.is(exit, 1);
    t.is(lines.at(-1), '76 passed, 1 failed');
  }
});

test('what failed is told again before the last line, with its diagnosis', async (t) => {
  const diagnosis = `  ---\n    name: AssertionError\n${'    more: 1\n'.repeat(60)}  ...\n`;
  const { lines } = await count(ava(70, 1, `not ok 2 - b › c\n${diagnosis}ok 3 - d\n`), nodeTest(6, 0));
  const from = lines.indexOf('not ok 2 - b › c');
  t.true(from > 0, lines.join('\n'));
  t.is(lines[from + 2], '    name: AssertionError');
  t.is(lines.indexOf('smoke.tap: 6 passed, 0 failed'), from + 40);
  t.false(lines.includes('ok 3 - d'));
});

test('a test left out is a failure', async (t) => {
  for (const line of ['ok 2 - b # SKIP', 'not ok 2 - b # todo']) {
    const { exit, lines } = await count(ava(70, 0, line), nodeTest(6, 0));
    t.is(exit, 1);
    t.true(lines.includes(`tests.tap: a test was left out: ${line}`), lines.join('\n'));
    t.is(lines.at(-1), '76 passed, 0 failed');
  }
});

test('a report without tests, without a summary, or missing is a failure', async (t) => {
  for (const tests of [ava(0, 0), 'TAP version 13\nok 1 - a\n', 'error TS1128\n', undefined]) {
    const { exit, lines } = await count(tests, nodeTest(6, 0));
    t.is(exit, 1);
    t.is(lines.at(-1), '6 passed, 0 failed');
  }
  const { exit, lines } = await count(undefined, undefined);
  t.is(exit, 1);
  t.is(lines.at(-1), '0 passed, 0 failed');
});
