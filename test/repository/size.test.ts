// The README's table of what an install weighs: made from docs/size.json, whose sizes are roughly those of today.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { repositoryRoot } from './root.ts';

interface Size {
  readonly ownBytes: number;
  readonly dependencyPackages: number;
  readonly dependencyBytes: number;
  readonly zodBytes: number;
}

interface LockedPackage {
  readonly dev?: boolean;
  readonly peer?: boolean;
}

const at = (...names: string[]) => join(repositoryRoot, ...names);
const json = (...names: string[]): unknown => JSON.parse(readFileSync(at(...names), 'utf8'));
const size = json('docs', 'size.json') as Size;

/** Bytes of all files, those of packages nested inside apart. */
function bytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.name === 'node_modules' || path === at('dist/actors/command')) return sum;
    return sum + (entry.isDirectory() ? bytesOf(path) : statSync(path).size);
  }, 0);
}

function isNear(now: number, told: number): boolean {
  return now > told * 0.85 && now < told * 1.15;
}

test('the README’s table is what docs/size.json says (node scripts/size.mjs)', async (t) => {
  const { fillSize } = (await import(pathToFileURL(at('scripts/sizeTable.mjs')).href)) as {
    fillSize(text: string, size: Size): string;
  };
  const readme = readFileSync(at('README.md'), 'utf8');
  t.is(fillSize(readme, size), readme);
  t.not(fillSize(readme, { ...size, ownBytes: size.ownBytes * 2 }), readme);
});

test('the package’s files weigh about as much as it says', (t) => {
  const now = bytesOf(at('dist/lib')) + bytesOf(at('dist/actors'));
  t.true(isNear(now, size.ownBytes), `${now} bytes, told are ${size.ownBytes}: run node scripts/size.mjs`);
});

test('the packages that come along are as many, and weigh about as much, as it says', (t) => {
  const { packages } = json('package-lock.json') as { packages: Record<string, LockedPackage> };
  // Optional ones are there for this platform alone.
  const folders = Object.entries(packages)
    .filter(([path, { dev, peer }]) => path !== '' && !dev && !peer && existsSync(at(path)))
    .map(([path]) => path);
  const bytes = folders.reduce((sum, path) => sum + bytesOf(at(path)), 0);
  t.true(isNear(folders.length, size.dependencyPackages), `${folders.length}: ${folders.join(' ')}`);
  t.true(isNear(bytes, size.dependencyBytes), `${bytes} bytes, told are ${size.dependencyBytes}`);
  t.true(isNear(bytesOf(at('node_modules/zod')), size.zodBytes));
});
