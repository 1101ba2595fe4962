// The package as its users get it: packed, installed into an empty folder, and used there.
// Run by .ci/run with node's own test runner, apart from AVA, because nothing of this repository may be near it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const fixtures = fileURLToPath(new URL('./consumers/', import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'thrum-smoke-')));
let tarball = '';

/** A command that hangs is ended, so that its check fails with what it printed. */
const hangMs = 180_000;

before(() => {
  run('npm', ['pack', '--pack-destination', folder], repository);
  const packed = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  assert.equal(packed.length, 1, `packed: ${packed}`);
  tarball = join(folder, packed[0]);
  const { devDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  // zod is a peer, so npm adds it by itself.
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
  const nodeTypes = `@types/node@${devDependencies['@types/node']}`;
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball, nodeTypes], folder);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('the tarball holds the built library and algorithms, and none of the tests', () => {
  const installed = readdirSync(join(folder, 'node_modules/thrum'), { recursive: true }).map(String);
  for (const file of [
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'package.json',
    join('dist', 'lib', 'index.js'),
  ]) {
    assert.ok(installed.includes(file), `${file} is missing`);
  }
  assert.deepEqual(
    installed.filter((file) => /(^|[\\/])(test|scripts|node_modules)[\\/]/.test(file)),
    [],
  );
});

test('an app in JavaScript spawns an actor on a thread', () => {
  const app = copyFixture('javascript');
  assert.equal(run(process.execPath, ['main.js'], app), '42 on another thread\n');
});

test('an app in strict TypeScript compiles and spawns an actor on a thread', () => {
  const app = copyFixture('typescript');
  cpSync(new URL('./consumer.tsconfig.json', import.meta.url), join(app, 'consumer.tsconfig.json'));
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  assert.equal(run(process.execPath, [tsc, '-p', app], app), '');
  assert.equal(run(process.execPath, ['out/main.js'], app), '42 on another thread\n');
});

test('every entry point of package.json can be imported', async () => {
  const { exports } = JSON.parse(readFileSync(join(folder, 'node_modules/thrum/package.json'), 'utf8'));
  const entries = Object.keys(exports).filter((entry) => entry !== './package.json');
  assert.ok(entries.length >= 2, `${entries}`);
  for (const entry of entries) {
    const specifier = join('thrum', entry).replaceAll('\\', '/');
    const program = `console.log(Object.keys(await import('${specifier}')).length > 0)`;
    assert.equal(
      run(process.execPath, ['--input-type=module', '--eval', program], folder),
      'true\n',
      specifier,
    );
  }
});

test('publint finds nothing', () => {
  const publint = join(repository, 'node_modules/publint/src/cli.js');
  assert.match(run(process.execPath, [publint, 'run', tarball, '--strict'], folder), /All good!/);
});

test('the installed command counts words', () => {
  writeFileSync(join(folder, 'notes.txt'), 'one two two\nThree three three\n');
  const args = ['wordcount', '--to', 'tsv', '--all', '--sort', 'count', 'notes.txt'];
  assert.equal(run('npx', ['--no-install', 'thrum', ...args], folder), 'three\t3\ntwo\t2\none\t1\n');
});

function copyFixture(name) {
  const app = join(folder, name);
  mkdirSync(app);
  cpSync(join(fixtures, name), app, { recursive: true });
  return app;
}

/** Standard output of a command that must succeed. */
function run(program, args, cwd) {
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: hangMs,
  });
  const outcome = `${program} ${args.join(' ')}: ${error ?? signal ?? `exit ${status}`}\n${stdout}${stderr}`;
  assert.equal(status, 0, outcome);
  return stdout;
}
