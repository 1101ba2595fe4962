// The apps of examples/: built as their configurations say, their sources and packages deleted, and what is left run.
// Run by .ci/run with node's own test runner, since bundlers and frameworks aren't dependencies of the repository:
// examples/package.json has them, and `npm ci --prefix examples` comes before this.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const examples = join(repository, 'examples');
/** Inside examples/, so that the bundlers' own packages are found, and nothing of the repository's. */
const workspaces = join(examples, '.apps');
const elsewhere = mkdtempSync(join(tmpdir(), 'thrum-examples-'));
const bin = (name) => join(examples, 'node_modules/.bin', name);

/** A command that hangs is ended, so that its check fails with what it printed. */
const hangMs = 180_000;

const expected = '9592 primes on 2 threads\nEmptyRangeError, InvalidMessageError, AskTimeoutError\n';

before(() => {
  rmSync(workspaces, { recursive: true, force: true });
  mkdirSync(workspaces, { recursive: true });
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', elsewhere], repository);
  const tarball = readdirSync(elsewhere).find((file) => file.endsWith('.tgz'));
  run('tar', ['-xzf', tarball], elsewhere);
});

after(() => {
  rmSync(workspaces, { recursive: true, force: true });
  rmSync(elsewhere, { recursive: true, force: true });
});

/** A folder with some examples, the packed library and what it needs. */
function workspace(...folders) {
  const folder = mkdtempSync(join(workspaces, `${folders.at(-1)}-`));
  for (const name of folders) cpSync(join(examples, name), join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
  cpSync(join(elsewhere, 'package'), join(folder, 'node_modules/thrum'), { recursive: true });
  for (const name of ['zod', 'comlink', 'piscina', '@types/node', 'undici-types']) {
    cpSync(join(repository, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  }
  return folder;
}

/** Takes what was built away from all it was built from, which is deleted. */
function moveAway(folder, built, type = 'module') {
  const target = mkdtempSync(join(elsewhere, 'built-'));
  cpSync(join(folder, built), target, { recursive: true });
  rmSync(folder, { recursive: true });
  writeFileSync(join(target, 'package.json'), JSON.stringify({ type, private: true }));
  return target;
}

test('the examples type-check', () => {
  const folder = workspace('app', 'loaders');
  cpSync(join(repository, 'scripts/ci/consumer.tsconfig.json'), join(folder, 'consumer.tsconfig.json'));
  const options = { noEmit: true, allowImportingTsExtensions: true, rewriteRelativeImportExtensions: false };
  const config = {
    extends: './consumer.tsconfig.json',
    compilerOptions: options,
    include: ['app', 'loaders/*.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  assert.equal(run(process.execPath, [tsc, '-p', folder], folder), '');
});

test('esbuild: minified files in ESM and in CommonJS', () => {
  const folder = workspace('app', 'esbuild');
  run(process.execPath, ['build.mjs'], join(folder, 'esbuild'));
  const built = moveAway(folder, 'esbuild/dist');
  assert.equal(run(process.execPath, ['esm/main.js'], built), expected);
  assert.equal(run(process.execPath, ['cjs/main.cjs'], built), expected);
});

test('Vite: a server build', () => {
  const folder = workspace('app', 'vite');
  run(bin('vite'), ['build'], join(folder, 'vite'));
  const built = moveAway(folder, 'vite/dist');
  assert.equal(run(process.execPath, ['main.js'], built), expected);
});

test('Rollup', () => {
  const folder = workspace('app', 'rollup');
  run(bin('rollup'), ['-c', 'rollup.config.mjs'], join(folder, 'rollup'));
  const built = moveAway(folder, 'rollup/dist');
  assert.equal(run(process.execPath, ['main.js'], built), expected);
});

test('webpack', () => {
  const folder = workspace('app', 'webpack');
  run(bin('webpack'), ['--fail-on-warnings'], join(folder, 'webpack'));
  const built = moveAway(folder, 'webpack/dist');
  assert.equal(run(process.execPath, ['main.js'], built), expected);
});

test('Next.js: a route of the standalone server', async () => {
  const folder = workspace('app', 'next');
  run(process.execPath, ['build.mjs'], join(folder, 'next'), { NEXT_TELEMETRY_DISABLED: '1' });
  const built = moveAway(folder, 'next/.next/standalone', 'commonjs');
  const server = await serve(findServer(built), built);
  try {
    const answer = await fetch(`${server.origin}/api/primes`);
    assert.equal(`${(await answer.json()).join('\n')}\n`, expected);
  } finally {
    await server.stop();
  }
});

test('tsx runs actors in TypeScript on threads', () => {
  const folder = workspace('loaders');
  assert.equal(run(bin('tsx'), ['main.ts'], join(folder, 'loaders')), '42 on another thread\n');
});

test("Node's type stripping runs actors in TypeScript on threads", () => {
  const folder = workspace('loaders');
  assert.equal(run(nodeThatStripsTypes(), ['main.ts'], join(folder, 'loaders')), '42 on another thread\n');
});

test('an app in CommonJS', () => {
  const folder = workspace('loaders');
  assert.equal(run(process.execPath, ['main.cjs'], join(folder, 'loaders')), '42 on another thread\n');
});

test('the foreign side of a lent ref is built for browsers, small', async () => {
  const folder = workspace('app');
  const { build } = await import(join(examples, 'node_modules/esbuild/lib/main.js'));
  const { outputFiles } = await build({
    stdin: { contents: "export { remoteRef } from 'thrum/remote';", resolveDir: folder },
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    write: false,
  });
  const bytes = outputFiles[0].contents.length;
  assert.ok(bytes > 2000 && bytes < 20_000, `${bytes} bytes`);
});

/** This Node, or, before 22.18, the one that examples/package.json brings. */
function nodeThatStripsTypes() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18)
    ? process.execPath
    : join(examples, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
}

/** Where Next has put server.js depends on the folders it was built in. */
function findServer(folder) {
  const files = readdirSync(folder, { recursive: true }).map(String);
  const server = files.find(
    (file) => /(^|[\\/])next[\\/]server\.js$/.test(file) && !file.includes('node_modules'),
  );
  assert.ok(server, `no server.js in ${files.slice(0, 20)}`);
  return join(folder, server);
}

async function serve(file, cwd) {
  const env = { ...process.env, PORT: '0', HOSTNAME: '127.0.0.1' };
  const child = spawn(process.execPath, [file], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const printed = [];
  const origin = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      printed.push(line);
      const found = /(http:\/\/127\.0\.0\.1:\d+)/.exec(line);
      if (found) resolve(found[1]);
    });
    ended.then((code) =>
      reject(new Error(`it ended with ${code} before it listened:\n${printed.join('\n')}`)),
    );
  });
  return {
    origin,
    stop() {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

/** Standard output of a command that must succeed. */
function run(program, args, cwd, env = {}) {
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: hangMs,
  });
  const outcome = `${program} ${args.join(' ')}: ${error ?? signal ?? `exit ${status}`}\n${stdout}${stderr}`;
  assert.equal(status, 0, outcome);
  return stdout;
}
