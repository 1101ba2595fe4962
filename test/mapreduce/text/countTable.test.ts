import test from 'ava';
import fc from 'fast-check';
import {
  type CountMerging,
  type CountOrder,
  CountsUnsortedError,
} from '../../../actors/mapreduce/text/counting.ts';
import { newTable } from '../../../actors/mapreduce/text/engine.ts';
import {
  CountsWriter,
  MalformedCountsError,
  packedEntryBytes,
  readCounts,
} from '../../../actors/mapreduce/text/packedCounts.ts';
import { ENGINES } from './countingRig.ts';

type Entry = [key: string, count: number];

function packed(entries: Iterable<Entry>): Uint8Array {
  const writer = new CountsWriter();
  for (const [key, count] of entries) {
    const bytes = Buffer.from(key);
    writer.beginEntry(bytes.length, packedEntryBytes(bytes.length, count)).set(bytes, writer.length);
    writer.endEntry(bytes.length, count);
  }
  return writer.take();
}

const unpacked = (chunk: Uint8Array): Entry[] =>
  [...readCounts(chunk)].map(({ key, count }) => [Buffer.from(key).toString(), count]);

const byKey = ([a]: Entry, [b]: Entry) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const ORDERS: Record<CountOrder, (a: Entry, b: Entry) => number> = {
  word: byKey,
  count: (a, b) => b[1] - a[1] || byKey(a, b),
};

function pages(table: CountMerging, bytesMax: number): Uint8Array[] {
  const all: Uint8Array[] = [];
  for (let index = 0; index !== -1; ) {
    const page = table.page(index, bytesMax);
    all.push(page.bytes);
    index = page.next;
  }
  return all;
}

const key = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '\0'), minLength: 1, maxLength: 40 }),
);
const count = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 ** 44 }));
const entry = fc.tuple(key, count);

const MALFORMED: Record<string, number[]> = {
  'ends within a key length': [0x80],
  'a key of 5 bytes, but 1 are left': [5, 97],
  'ends within a count': [1, 97],
  'a key length of 0': [0, 1],
  'a count of 0': [1, 97, 0],
  'a padded count': [1, 97, 0x81, 0],
  'a count above 2^53 - 1': [1, 97, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10],
  'a count of more than 8 bytes': [1, 97, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1],
};

for (const engine of ENGINES) {
  test(`${engine}: chunks merge, sort, page and rank as a Map does`, (t) => {
    fc.assert(
      fc.property(
        fc.array(fc.array(entry, { maxLength: 80 }), { maxLength: 4 }),
        fc.nat(90),
        fc.nat(60),
        (chunks, n, bytesMax) => {
          const table = newTable(engine);
          const expected = new Map<string, number>();
          for (const entries of chunks) {
            table.absorb(packed(entries));
            for (const [word, times] of entries) expected.set(word, (expected.get(word) ?? 0) + times);
          }
          t.is(table.distinct, expected.size);
          t.is(
            table.words,
            [...expected.values()].reduce((sum, times) => sum + times, 0),
          );
          t.deepEqual(unpacked(table.top(n)), [...expected].sort(ORDERS.count).slice(0, n));
          for (const order of ['word', 'count'] as const) {
            table.sort(order);
            const chunked = pages(table, bytesMax);
            t.deepEqual(chunked.flatMap(unpacked), [...expected].sort(ORDERS[order]));
            t.true(chunked.every((page) => page.length <= bytesMax || unpacked(page).length === 1));
          }
        },
      ),
    );
  });

  test(`${engine}: keys with long prefixes in common are sorted, those that end in NULs too`, (t) => {
    const prefixes = ['', 'https://', 'https://example', 'a'.repeat(50)];
    const entries: Entry[] = [];
    for (const prefix of prefixes) {
      for (let i = 0; i < 300; i++) entries.push([`${prefix}${(i * 7919) % 300}`, (i % 5) + 1]);
      for (let i = 1; i < 100; i++) entries.push([prefix + '\0'.repeat((i * 37) % 101), 1]);
    }
    const table = newTable(engine);
    table.absorb(packed(entries));
    t.is(table.distinct, entries.length);
    for (const order of ['word', 'count'] as const) {
      table.sort(order);
      t.deepEqual(unpacked(table.page(0, Number.POSITIVE_INFINITY).bytes), [...entries].sort(ORDERS[order]));
    }
  });

  test(`${engine}: keys of bytes that no text has are told apart`, (t) => {
    const keys: Buffer[] = [];
    // All keys of 1 to 5 bytes made of these, and as many that go on after others, up to the eighth or behind it.
    for (let length = 1; length <= 5; length++) {
      for (let i = 0; i < 4 ** length; i++) {
        const key = Buffer.from(
          Array.from({ length }, (_, at) => [0, 0x61, 0xfe, 0xff][Math.floor(i / 4 ** at) % 4]!),
        );
        keys.push(
          key,
          Buffer.concat([Buffer.alloc(8 - length, 0x61), key]),
          Buffer.concat([Buffer.alloc(8 - length, 0xfe), key]),
          Buffer.concat([Buffer.alloc(8), key]),
        );
      }
    }
    const unlike = [...new Set(keys.map((key) => key.toString('hex')))].map((hex) => Buffer.from(hex, 'hex'));
    const writer = new CountsWriter();
    for (const [i, key] of unlike.entries()) {
      writer.beginEntry(key.length, packedEntryBytes(key.length, i + 1)).set(key, writer.length);
      writer.endEntry(key.length, i + 1);
    }
    const chunk = writer.take();
    const table = newTable(engine);
    table.absorb(chunk);
    table.absorb(chunk);
    t.is(table.distinct, unlike.length);
    table.sort('word');
    const sorted = [...readCounts(table.page(0, Number.POSITIVE_INFINITY).bytes)];
    t.deepEqual(
      sorted.map((found) => [Buffer.from(found.key).toString('hex'), found.count]),
      [...unlike.entries()]
        .sort(([, a], [, b]) => Buffer.compare(a, b))
        .map(([i, key]) => [key.toString('hex'), 2 * (i + 1)]),
    );
  });

  test(`${engine}: counts are exact up to 2^53 - 1`, (t) => {
    const table = newTable(engine);
    table.absorb(
      packed([
        ['a', 2 ** 52],
        ['internationalization', 2 ** 52],
      ]),
    );
    table.absorb(
      packed([
        ['a', 2 ** 52 - 1],
        ['internationalization', 2 ** 52 - 1],
      ]),
    );
    t.deepEqual(unpacked(table.top(1)), [['a', Number.MAX_SAFE_INTEGER]]);
    t.deepEqual(unpacked(table.top(5))[1], ['internationalization', Number.MAX_SAFE_INTEGER]);
  });

  for (const [problem, bytes] of Object.entries(MALFORMED)) {
    test(`${engine}: a chunk with ${problem} is refused as a whole`, (t) => {
      const table = newTable(engine);
      const chunk = Uint8Array.from([...packed([['good', 1]]), ...bytes]);
      const error = t.throws(() => table.absorb(chunk), { instanceOf: MalformedCountsError });
      t.true(error.message.includes(problem), error.message);
      t.is(error.code, 'ERR_THRUM_MALFORMED_COUNTS');
      t.deepEqual([table.distinct, table.words], [0, 0]);
    });
  }

  test(`${engine}: pages are refused before sorting, and after absorbing more`, (t) => {
    const table = newTable(engine);
    t.throws(() => table.page(0, 10), { instanceOf: CountsUnsortedError, code: 'ERR_THRUM_COUNTS_UNSORTED' });
    table.sort('word');
    t.deepEqual(table.page(0, 10), { bytes: new Uint8Array(0), next: -1 });
    table.absorb(packed([['a', 1]]));
    t.throws(() => table.page(0, 10), { instanceOf: CountsUnsortedError });
  });
}
