// node scripts/size.mjs [--runs N]: what an install of the package weighs and how long its import takes, written to
// docs/size.json and into the README's table. The package is packed and installed into an empty folder with npm, as its
// users do; dist/ must be built (npm run build).

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fillSize } from './sizeTable.mjs';

const repository = fileURLToPath(new URL('../', import.meta.url));
const { values } = parseArgs({ options: { runs: { type: 'string', default: '15' } } });
const folder = mkdtempSync(join(tmpdir(), 'thrum-size-'));
try {
  const size = measure();
  writeFileSync(join(repository, 'docs/size.json'), `${JSON.stringify(size, null, 2)}\n`);
  const readme = join(repository, 'README.md');
  writeFileSync(readme, fillSize(readFileSync(readme, 'utf8'), size));
  console.log(size);
} finally {
  rmSync(folder, { recursive: true });
}

function measure() {
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], repository);
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  run(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', join(folder, tarball), 'zod'],
    folder,
  );
  const packages = installedPackages(join(folder, 'node_modules'));
  const bytesOf = (name) => packages.find((found) => found.name === name).bytes;
  const others = packages.filter(({ name }) => name !== 'thrum' && name !== 'zod');
  const commandBytes = sizeOf(join(folder, 'node_modules/thrum/dist/actors/command'));
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    date: new Date().toISOString().slice(0, 10),
    tarballBytes: statSync(join(folder, tarball)).size,
    // Sums of file sizes.
    ownBytes: bytesOf('thrum') - commandBytes,
    commandBytes,
    dependencyPackages: others.length,
    dependencyBytes: others.reduce((sum, { bytes }) => sum + bytes, 0),
    zodBytes: bytesOf('zod'),
    importMs: Object.fromEntries(
      ['zod', 'thrum', 'thrum/sim', 'thrum/mapreduce'].map((name) => [name, importMs(name)]),
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

/**
 * Processor time, in which what else the machine does shows least: of the quickest process that imports it, above that
 * of one that imports nothing.
 */
function importMs(name) {
  const [loaded, empty] = [[], []];
  for (let n = 0; n < Number(values.runs); n++) {
    empty.push(processorMs(''));
    loaded.push(processorMs(`import '${name}';`));
  }
  return Math.round(Math.min(...loaded) - Math.min(...empty));
}

function processorMs(program) {
  const print = 'const { user, system } = process.cpuUsage(); console.log((user + system) / 1000);';
  return Number(run(process.execPath, ['--input-type=module', '--eval', `${program} ${print}`], folder));
}

function run(program, args, cwd) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: exit ${status}\n${stdout}${stderr}`);
  return stdout;
}
