// A result in part files: all of them or none.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { loadFormat, type WordEntry } from '../../actors/cli/formats/index.ts';
import { openParts } from '../../actors/cli/parts.ts';
import { makeFolder } from '../mapreduce/inputs/folder.ts';
import { fakeIo } from './support.ts';

const entries = Array.from({ length: 1000 }, (_, i) => ({ word: `w${i}`, count: i + 1 }));

async function* batchesOf(given: readonly WordEntry[], size: number): AsyncGenerator<readonly WordEntry[]> {
  for (let at = 0; at < given.length; at += size) yield given.slice(at, at + size);
}

test('every entry is in one part, in order, and in the same one whatever else there is', async (t) => {
  const folder = makeFolder(t);
  const tsv = await loadFormat('tsv');
  const write = async (name: string, given: readonly WordEntry[], size: number): Promise<string[]> => {
    await openParts(join(folder, name), 3, 'tsv', fakeIo()).write(batchesOf(given, size), tsv, { words: 1 });
    const files = readdirSync(join(folder, name)).sort();
    t.deepEqual(files, ['part-00000-of-00003.tsv', 'part-00001-of-00003.tsv', 'part-00002-of-00003.tsv']);
    return files.map((file) => readFileSync(join(folder, name, file), 'utf8'));
  };
  const all = await write('all', entries, 64);
  t.deepEqual(await write('again', entries, 1000), all);
  for (const text of all) {
    const counts = text
      .trimEnd()
      .split('\n')
      .map((line) => Number(line.split('\t')[1]));
    t.true(counts.length > 250);
    t.deepEqual(
      counts,
      [...counts].sort((a, b) => a - b),
    );
  }
  t.is(all.join('').split('\n').length, 1001);
  const half = await write('half', entries.slice(500), 7);
  half.forEach((text, part) => {
    t.true(all[part]!.endsWith(text));
  });
  mkdirSync(join(folder, 'empty'));
  t.deepEqual(await write('empty', [], 1), ['', '', '']);
});

test('nothing is left of parts that fail, are abandoned or interrupted', async (t) => {
  const folder = makeFolder(t);
  const tsv = await loadFormat('tsv');
  const failing = openParts(join(folder, 'a'), 2, 'tsv', fakeIo());
  async function* broken(): AsyncGenerator<readonly WordEntry[]> {
    yield entries;
    throw new Error('the count failed');
  }
  await t.throwsAsync(failing.write(broken(), tsv, { words: 1 }), { message: 'the count failed' });
  t.false(existsSync(join(folder, 'a')));
  failing.abandon();
  const io = fakeIo();
  openParts(join(folder, 'b'), 2, 'tsv', io);
  t.is(readdirSync(folder).length, 1);
  io.interrupt();
  t.deepEqual(readdirSync(folder), []);
});

test('a part that can not be written is named as it would be called in the end', async (t) => {
  const folder = makeFolder(t);
  const tsv = await loadFormat('tsv');
  const io = fakeIo();
  const path = join(folder, 'a');
  const parts = openParts(path, 2, 'tsv', io);
  io.interrupt();
  const { message } = (await t.throwsAsync(parts.write(batchesOf(entries, 64), tsv, { words: 1 })))!;
  t.true(message.startsWith(`${path}/part-0000`), message);
});

test('a directory that holds something is refused before anything is counted', (t) => {
  const folder = makeFolder(t, { 'full/old.tsv': 'old', file: '' });
  t.throws(() => openParts(join(folder, 'full'), 2, 'tsv', fakeIo()), { message: /full: is not empty/ });
  t.throws(() => openParts(join(folder, 'file'), 2, 'tsv', fakeIo()), { message: /file: is a file/ });
  t.throws(() => openParts(join(folder, 'no/where'), 2, 'tsv', fakeIo()), {
    message: /no such file or directory/,
  });
  t.deepEqual(readdirSync(folder).sort(), ['file', 'full']);
});
