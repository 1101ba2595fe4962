// package-lock.json, which `npm ci` refuses where it isn't complete: npm leaves out other platforms' packages when
// it writes the file beside installed ones, and the first to notice is somebody with a fresh clone.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from './root.ts';

interface LockedPackage {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

type Packages = Record<string, LockedPackage>;

/** `package needs dependency`, for each dependency that no folder npm would look into has in the lock file. */
function missingPackages(packages: Packages): string[] {
  return Object.entries(packages).flatMap(([path, { dependencies, devDependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter((name) => !foldersAbove(path).some((folder) => `${folder}node_modules/${name}` in packages))
      .map((name) => `${path} needs ${name}`),
  );
}

/** For `node_modules/a/node_modules/b`: itself, `node_modules/a/` and the root, where `node_modules` may be. */
function foldersAbove(path: string): string[] {
  const names = path === '' ? [] : path.split(/(?:^|\/)node_modules\//).slice(1);
  return [...names.keys(), names.length].map((depth) =>
    names
      .slice(0, depth)
      .map((name) => `node_modules/${name}/`)
      .join(''),
  );
}

test('the lock file has every package of every platform', async (t) => {
  const { packages } = JSON.parse(await readFile(join(repositoryRoot, 'package-lock.json'), 'utf8'));
  t.true(Object.keys(packages).length > 50);
  t.deepEqual(missingPackages(packages), []);
});

test('the lock file is of this package.json', async (t) => {
  const { packages } = JSON.parse(await readFile(join(repositoryRoot, 'package-lock.json'), 'utf8'));
  const manifest = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8'));
  for (const key of ['name', 'version', 'dependencies', 'devDependencies', 'peerDependencies']) {
    t.deepEqual(packages[''][key], manifest[key], key);
  }
});

test('a package that is not in the lock file is missed, wherever it may be', (t) => {
  const packages: Packages = {
    '': { dependencies: { a: '1', '@s/b': '1' }, devDependencies: { gone: '1' } },
    'node_modules/a': { dependencies: { c: '1' }, optionalDependencies: { '@s/darwin': '1' } },
    'node_modules/a/node_modules/c': { dependencies: { '@s/b': '1', d: '1' } },
    'node_modules/@s/b': { dependencies: { c: '1' } },
    'node_modules/a/node_modules/d': {},
  };
  t.deepEqual(missingPackages(packages), [
    ' needs gone',
    'node_modules/a needs @s/darwin',
    'node_modules/@s/b needs c',
  ]);
});
