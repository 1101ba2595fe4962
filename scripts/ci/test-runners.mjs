// The same tests of the same actors, on a test system and in a simulation, under AVA, node:test, Vitest and Jest (ES modules
// and CommonJS), with the packed library: each passes, and with a wrong expectation each fails, says what came, and points at
// the line of the test.
// Run by .ci/run with node's own test runner; Vitest and Jest come with `npm ci --prefix examples`.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const examples = join(repository, 'examples');
/** Inside examples/, so that the runners are found there. */
const workspaces = join(examples, '.test-runners');
const elsewhere = mkdtempSync(join(tmpdir(), 'thrum-test-runners-'));
const runner = (name) => join(examples, 'node_modules', name);

const jest = ['--experimental-vm-modules', join(runner('jest'), 'bin/jest.js')];

/** What each runner is started with, in the folder of its tests. */
const runners = {
  ava: { args: [join(repository, 'node_modules/ava/entrypoints/cli.mjs')] },
  'node-test': { args: ['--test', '--test-reporter=spec'] },
  vitest: { args: [join(runner('vitest'), 'vitest.mjs'), 'run'] },
  jest: { args: jest },
  // Jest needs this much to take an ES module with require().
  'jest-commonjs': { args: jest, from: [24, 9] },
  'jest-commonjs-import': { args: jest },
};
/** A runner that hangs is ended, so that its check fails with what it printed. */
const hangMs = 120_000;

let workspace;

before(() => {
  rmSync(workspaces, { recursive: true, force: true });
  mkdirSync(workspaces, { recursive: true });
  workspace = mkdtempSync(join(workspaces, 'app-'));
  assert.equal(
    execute('npm', ['pack', '--ignore-scripts', '--pack-destination', elsewhere], repository).status,
    0,
  );
  const tarball = readdirSync(elsewhere).find((file) => file.endsWith('.tgz'));
  assert.equal(execute('tar', ['-xzf', tarball], elsewhere).status, 0);
  cpSync(join(examples, 'test-runners'), workspace, { recursive: true });
  writeFileSync(join(workspace, 'package.json'), '{ "type": "module", "private": true }\n');
  cpSync(join(elsewhere, 'package'), join(workspace, 'node_modules/thrum'), { recursive: true });
  for (const name of ['zod', 'comlink', 'piscina']) {
    cpSync(join(repository, 'node_modules', name), join(workspace, 'node_modules', name), {
      recursive: true,
    });
  }
  symlinkSync(join(repository, 'node_modules/ava'), join(workspace, 'node_modules/ava'));
});

after(() => {
  rmSync(workspaces, { recursive: true, force: true });
  rmSync(elsewhere, { recursive: true, force: true });
});

for (const [name, { args, from = [0, 0] }] of Object.entries(runners)) {
  if (!isAtLeast(from)) continue;

  test(`${name}: the tests pass`, () => {
    const { status, output } = execute(process.execPath, args, join(workspace, name));
    assert.equal(status, 0, output);
  });

  test(`${name}: a wrong expectation fails, with what came and the line of the test`, () => {
    const folder = join(workspace, name);
    const file = join(folder, 'greeter.test.js');
    const right = readFileSync(file, 'utf8');
    const wrong = right.replace("{ text: 'Hello, Ann!' }", "{ text: 'Hello, Eve!' }");
    assert.notEqual(wrong, right);
    const line = wrong.split('\n').findIndex((text) => text.includes('Hello, Eve!')) + 1;
    writeFileSync(file, wrong);
    try {
      const { status, output } = execute(process.execPath, args, folder);
      assert.notEqual(status, 0);
      assert.match(output, /probe 'printer' expected 'print' \{ text: 'Hello, Eve!', copies: 1 \}, but/);
      assert.match(output, /1\. 'print' \{ text: 'Hello, Ann!', copies: 1 \}\s+<- this one/);
      assert.match(output, new RegExp(`greeter\\.test\\.js:${line}:`));
    } finally {
      writeFileSync(file, right);
    }
  });
}

/** Whether this Node.js has at least this version. */
function isAtLeast([major, minor]) {
  const [ours, oursMinor] = process.versions.node.split('.').map(Number);
  return ours > major || (ours === major && oursMinor >= minor);
}

function execute(command, args, cwd) {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', CI: '1' };
  // Set by the runner of this file, and not meant for the one it starts.
  delete env.NODE_TEST_CONTEXT;
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: hangMs,
  });
  return { status, output: `${stdout}\n${stderr}` };
}
