// node scripts/size.mjs [--runs N]: what an install of the package weighs and how long its import takes, as JSON.
// The package is packed and installed into an empty folder with npm, as its users do; dist/ must be built.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const repository = fileURLToPath(new URL('../', import.meta.url));
const { values } = parseArgs({ options: { runs: { type: 'string', default: '15' } } });
const folder = mkdtempSync(join(tmpdir(), 'thrum-size-'));
try {
  console.log(JSON.stringify(measure(), null, 2));
} finally {
  rmSync(folder, { recursive: true });
}

function measure() {
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], repository);
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  run(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=optional', join(folder, tarball)],
    folder,
  );
  const packages = installedPackages(join(folder, 'node_modules'));
  const { dependencies, peerDependencies } = JSON.parse(
    readFileSync(join(repository, 'package.json'), 'utf8'),
  );
  return {
    node: process.version,
    /** Bytes as npm transfers them, and as they lie on disk (sums of file sizes). */
    tarballBytes: statSync(join(folder, tarball)).size,
    installedBytes: packages.reduce((sum, { bytes }) => sum + bytes, 0),
    installedPackages: packages.length,
    direct: packages.filter(
      ({ name }) => name === 'thrum' || name in dependencies || name in peerDependencies,
    ),
    /** Milliseconds of a whole process, above one that imports nothing; the median of `--runs`. */
    importMs: Object.fromEntries(
      ['zod', 'thrum', 'thrum/remote', 'thrum/mapreduce'].map((name) => [name, importMs(name)]),
    ),
  };
}

/** Every package below a node_modules folder, the largest first. */
function installedPackages(root) {
  const found = [];
  const visit = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
      const inner = join(path, entry.name);
      if (entry.name.startsWith('@')) visit(inner);
      else {
        const nested = join(inner, 'node_modules');
        found.push({ name: inner.slice(root.length + 1), bytes: sizeOf(inner) });
        if (readdirSync(inner).includes('node_modules')) visit(nested);
      }
    }
  };
  visit(root);
  return found.sort((a, b) => b.bytes - a.bytes);
}

/** Bytes of all files, those of packages nested inside apart. */
function sizeOf(path) {
  return readdirSync(path, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.name === 'node_modules') return sum;
    const inner = join(path, entry.name);
    return sum + (entry.isDirectory() ? sizeOf(inner) : statSync(inner).size);
  }, 0);
}

/** In turns with a process that imports nothing, so that a busy moment falls on both. */
function importMs(name) {
  const differences = [];
  for (let n = 0; n < Number(values.runs); n++) {
    const empty = processMs('');
    differences.push(processMs(`import '${name}';`) - empty);
  }
  const sorted = differences.sort((a, b) => a - b);
  return Number(sorted[Math.floor(sorted.length / 2)].toFixed(1));
}

function processMs(program) {
  const startedAt = performance.now();
  run(process.execPath, ['--input-type=module', '--eval', program], folder);
  return performance.now() - startedAt;
}

function run(program, args, cwd) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: exit ${status}\n${stdout}${stderr}`);
}
