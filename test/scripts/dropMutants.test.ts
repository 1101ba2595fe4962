// A production build has no switch for mutants.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../repository/root.ts';

test('every mutant is dropped, and nothing else changes', async (t) => {
  const { dropMutants } = (await import(join(repositoryRoot, 'scripts/dropMutants.mjs'))) as {
    dropMutants(folders: string[]): number;
  };
  const folder = await mkdtemp(join(tmpdir(), 'thrum-mutants-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const source = `import { mutated } from 'thrum';
if (mutated('a/b')) x(); else y(!mutated(\n  "c"));
export function mutated(name) { return name; }`;
  await writeFile(join(folder, 'a.js'), source);
  await writeFile(join(folder, 'a.ts'), source);
  t.is(dropMutants([folder]), 2);
  t.is(
    await readFile(join(folder, 'a.js'), 'utf8'),
    `import { mutated } from 'thrum';
if (false) x(); else y(!false);
export function mutated(name) { return name; }`,
  );
  t.is(await readFile(join(folder, 'a.ts'), 'utf8'), source);
});
