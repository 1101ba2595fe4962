// Damage: whatever happens to the file, what is read is what was written, or an error says that it isn't.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { StoreError } from '../../lib/index.ts';
import { Disk } from '../../lib/store/disk.ts';
import { prefixOf } from '../../lib/store/records.ts';
import { checkFile } from '../../lib/store/verify/checkFile.ts';
import { directoryFor } from '../fixtures/stores.ts';

const one = prefixOf('one');
const other = prefixOf('other');
/** Small, large (with pages of their own), and enough to make branches. */
const written = [
  ...Array.from({ length: 400 }, (_, i) => ({ prefix: one, key: `k${i}`, bytes: Buffer.from(`value ${i}`) })),
  { prefix: one, key: 'large', bytes: Buffer.alloc(9000, 'large') },
  ...Array.from({ length: 20 }, (_, i) => ({
    prefix: other,
    key: `k${i}`,
    bytes: Buffer.from(`other ${i}`),
  })),
];

async function write(directory: string): Promise<string> {
  const disk = await Disk.open({ directory, fsync: false, verify: true });
  // Several transactions, so that there are free pages.
  for (let i = 0; i < written.length; i += 60) disk.commit(written.slice(i, i + 60));
  disk.commit([{ prefix: one, key: 'dropped', bytes: Buffer.alloc(20_000) }]);
  disk.commit([{ prefix: one, key: 'dropped', bytes: undefined }]);
  await disk.close();
  return join(directory, 'data.mdb');
}

/** Everything there is, as it should be. */
function allOf(disk: Disk): [string, string][] {
  const found: [string, string][] = [];
  for (const prefix of [one, other]) {
    for (const { key, bytes } of disk.range(prefix, '', '\uffff', 1000)) {
      found.push([`${prefix === one ? 1 : 2} ${key}`, Buffer.from(bytes).toString('latin1')]);
    }
  }
  return found;
}

const expected = written
  .map(({ prefix, key, bytes }): [string, string] => [
    `${prefix === one ? 1 : 2} ${key}`,
    bytes.toString('latin1'),
  ])
  .sort(([a], [b]) => (a < b ? -1 : 1));

/** `corrupt`, or what is read. */
async function openDamaged(directory: string, file: Buffer): Promise<'corrupt' | [string, string][]> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'data.mdb'), file);
  try {
    const disk = await Disk.open({ directory, fsync: false, verify: true });
    try {
      return allOf(disk).sort(([a], [b]) => (a < b ? -1 : 1));
    } finally {
      await disk.close();
    }
  } catch (error) {
    if (error instanceof StoreError && error.kind === 'corrupt') return 'corrupt';
    throw error;
  }
}

test('a sound file is found to be sound, and has what was written', async (t) => {
  const directory = await directoryFor(t);
  const path = await write(join(directory, 'sound'));
  t.notThrows(() => checkFile(path));
  t.deepEqual(await openDamaged(join(directory, 'copy'), await readFile(path)), expected);
});

test('a flipped bit is found, wherever it is, or has changed nothing', async (t) => {
  const directory = await directoryFor(t);
  const sound = await readFile(await write(join(directory, 'sound')));
  const outcomes = { corrupt: 0, unharmed: 0 };
  // Every word of the headers and a stride through the rest, each with another bit.
  const positions = new Set<number>();
  for (let page = 0; page * 4096 < sound.length; page++) {
    for (let at = 0; at < 48; at += 1) positions.add(page * 4096 + at);
    for (let at = 48 + (page % 7); at < 4096; at += 61) positions.add(page * 4096 + at);
  }
  for (let at = 0; at < 256; at++) {
    positions.add(at);
    positions.add(4096 + at);
  }
  let bit = 0;
  const path = join(directory, 'data.mdb');
  for (const position of positions) {
    if (position >= sound.length) continue;
    const damaged = Buffer.from(sound);
    bit = (bit + 3) % 8;
    damaged[position]! ^= 1 << bit;
    await writeFile(path, damaged);
    try {
      checkFile(path);
    } catch (error) {
      t.true(
        error instanceof StoreError && error.kind === 'corrupt',
        `byte ${position}: ${(error as Error).stack}`,
      );
      outcomes.corrupt++;
      continue;
    }
    // What the check lets through must read as it was written.
    const found = await openDamaged(join(directory, `at${position}`), damaged);
    if (found !== 'corrupt') t.deepEqual(found, expected, `byte ${position}`);
    outcomes.unharmed++;
  }
  t.log(outcomes);
  t.true(outcomes.corrupt > positions.size / 4);
});

test('a file that was cut off is found, wherever it was cut', async (t) => {
  const directory = await directoryFor(t);
  const sound = await readFile(await write(join(directory, 'sound')));
  for (let length = 0; length < sound.length; length += 1000) {
    const found = await openDamaged(join(directory, `cut${length}`), sound.subarray(0, length));
    // Free pages at the end are nobody's loss.
    if (found !== 'corrupt') t.deepEqual(found, expected, `${length} of ${sound.length} bytes`);
  }
  const half = await openDamaged(join(directory, 'half'), sound.subarray(0, sound.length / 2));
  t.is(half, 'corrupt');
});

test('without the check, a record that is not what was written is found when it is read', async (t) => {
  const directory = await directoryFor(t);
  const path = await write(join(directory, 'sound'));
  const sound = await readFile(path);
  const at = sound.lastIndexOf('value 77');
  sound[at + 1]! ^= 4;
  await copyFile(path, join(directory, 'data.mdb'));
  await writeFile(join(directory, 'data.mdb'), sound);
  const disk = await Disk.open({ directory, fsync: false, verify: false });
  t.is(Buffer.from(disk.get(one, 'k78')!).toString(), 'value 78');
  const error = t.throws(() => disk.get(one, 'k77'), { instanceOf: StoreError });
  t.is(error.kind, 'corrupt');
  t.throws(() => disk.range(one, '', '\uffff', 1000), { instanceOf: StoreError });
  await disk.close();
});
