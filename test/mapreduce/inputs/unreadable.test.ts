import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { makeFolder } from './folder.ts';

const program = fileURLToPath(new URL('./asNobody.js', import.meta.url));

interface Found {
  readonly files: string[];
  readonly problems: { readonly path: string; readonly message: string }[];
}

function findAsNobody(...names: string[]): Found {
  return JSON.parse(execFileSync(process.execPath, [program, ...names], { encoding: 'utf8' })) as Found;
}

/** Makes files in a folder that others may enter, and takes all rights from those named `closed`. */
function makeClosed(t: ExecutionContext, files: Record<string, string>, closed: readonly string[]): string {
  const folder = makeFolder(t, files);
  chmodSync(folder, 0o755);
  for (const name of closed) {
    chmodSync(join(folder, name), 0);
    t.teardown(() => chmodSync(join(folder, name), 0o755));
  }
  return folder;
}

test('files and directories one may not read are problems, named or found; the rest is found', (t) => {
  const closed = ['d/closed', 'd/locked', 'named'];
  const folder = makeClosed(t, { 'd/a': '', 'd/closed': '', 'd/locked/b': '', named: '' }, closed);
  t.deepEqual(findAsNobody(join(folder, 'd'), join(folder, 'named')), {
    files: [join(folder, 'd/a')],
    problems: closed.map((name) => ({ path: join(folder, name), message: 'permission denied' })),
  });
});

test('a directory that a glob cannot look into is a problem, not silence', (t) => {
  const folder = makeClosed(t, { 'd/a.txt': '', 'd/locked/b.txt': '' }, ['d/locked']);
  t.deepEqual(findAsNobody(join(folder, 'd/**/*.txt')), {
    files: [join(folder, 'd/a.txt')],
    problems: [{ path: join(folder, 'd/locked'), message: 'permission denied' }],
  });
});

test('a directory that several names cannot look into is one problem', (t) => {
  const folder = makeClosed(t, { 'd/locked/b.txt': '' }, ['d/locked']);
  const names = ['d', 'd/**/*.txt', 'd/**/*.md', 'd/locked'].map((name) => join(folder, name));
  t.deepEqual(findAsNobody(...names), {
    files: [],
    problems: [{ path: join(folder, 'd/locked'), message: 'permission denied' }],
  });
});
