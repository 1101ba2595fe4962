// Which bytes are a tar archive, and what is in it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { documentsOf } from '../../../actors/mapreduce/inputs/documents.ts';
import { isTar } from '../../../actors/mapreduce/inputs/tar.ts';
import { makeFolder } from './folder.ts';

async function* oneOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const longName = `n${'a'.repeat(94)}.txt`;

for (const format of ['v7', 'ustar', 'gnu', 'pax']) {
  test(`an archive in the format ${format} is found by its bytes, and directories are no documents`, async (t) => {
    const folder = makeFolder(t, { 'd/one.txt': 'one', 'd/e/two.txt': 'two', [longName]: 'long' });
    execFileSync('tar', [`--format=${format}`, '-cf', 'a.tar', 'd', longName], { cwd: folder });
    const bytes = readFileSync(join(folder, 'a.tar'));
    t.true(isTar(bytes));
    const texts: Record<string, string> = {};
    for await (const document of documentsOf('a.tar', oneOf(bytes))) {
      let text = '';
      for await (const piece of document.bytes) text += Buffer.from(piece).toString();
      texts[document.name] = text;
    }
    t.deepEqual(texts, {
      'a.tar/d/one.txt': 'one',
      'a.tar/d/e/two.txt': 'two',
      [`a.tar/${longName}`]: 'long',
    });
  });
}

test('what is no archive is not taken for one', (t) => {
  t.false(isTar(new Uint8Array(1024)));
  t.false(isTar(Buffer.from('a'.repeat(2000))));
  t.false(isTar(new Uint8Array(0)));
  const header = new Uint8Array(512);
  header.set(Buffer.from('name'), 0);
  header.set(Buffer.from('000641\0 '), 148);
  const sum = [...Buffer.from('name')].reduce((all, byte) => all + byte, 8 * 0x20);
  t.false(isTar(header));
  header.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  t.true(isTar(header));
  t.false(isTar(header.subarray(0, 511)));
});
