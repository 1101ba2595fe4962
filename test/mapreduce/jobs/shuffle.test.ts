// What goes between map and reduce: values as bytes, blocks, runs that are spilled and merged.
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { runSequential } from '../../../actors/mapreduce/index.ts';
import { ByteReader } from '../../../actors/mapreduce/jobs/encoding/byteReader.ts';
import { ByteWriter } from '../../../actors/mapreduce/jobs/encoding/byteWriter.ts';
import { checksum } from '../../../actors/mapreduce/jobs/encoding/checksum.ts';
import { memorySource, RunReader, RunWriter } from '../../../actors/mapreduce/jobs/shuffle/blocks.ts';
import { newCollector } from '../../../actors/mapreduce/jobs/shuffle/collector.ts';
import { checkKey, compareKeys, type JobKey } from '../../../actors/mapreduce/jobs/shuffle/keys.ts';
import { KeyTable } from '../../../actors/mapreduce/jobs/shuffle/keyTable.ts';
import { Merge } from '../../../actors/mapreduce/jobs/shuffle/merge.ts';
import { sortSlots } from '../../../actors/mapreduce/jobs/shuffle/sortSlots.ts';
import { contents, folder, text } from './support/inputs.ts';
import { Index, WordCount } from './support/jobs.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 80 });
const scalar = fc.oneof(
  ...[fc.integer(), fc.double(), fc.maxSafeInteger(), fc.bigInt(), fc.boolean(), anyText],
  ...[fc.constant(null), fc.constant(undefined), fc.uint8Array({ maxLength: 20 })],
  fc.date({ noInvalidDate: true }),
);
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, tie('list'), tie('object'), tie('map'), tie('set')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(anyText, tie('value'), { maxKeys: 4 }),
  map: fc.array(fc.tuple(anyText, tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
  set: fc.array(scalar, { maxLength: 3 }).map((items) => new Set(items)),
})).value;
const key: fc.Arbitrary<JobKey> = fc.oneof(
  ...[anyText, fc.double({ noNaN: true }), fc.uint8Array({ maxLength: 6 })],
  fc.array(fc.oneof(anyText, fc.integer()), { maxLength: 3 }),
);

test('any value comes back as it was', (t) => {
  fc.assert(
    fc.property(fc.array(value), (values) => {
      const writer = new ByteWriter(16);
      for (const one of values) writer.value(one);
      const reader = new ByteReader(writer.copy());
      t.deepEqual(
        values.map(() => reader.value()),
        values,
      );
      t.true(reader.isAtEnd);
    }),
    { numRuns: 100 },
  );
});

test('what no bytes can say is refused', (t) => {
  for (const bad of [() => 1, Symbol('a'), new (class Point {})()]) {
    t.throws(() => new ByteWriter().value(bad), { code: 'ERR_THRUM_UNSUPPORTED_VALUE' });
  }
});

test('a checksum depends on every byte, and not on where the bytes lie', (t) => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, n) => n * 7);
  const sum = checksum(bytes);
  const moved = new Uint8Array(1003);
  moved.set(bytes, 3);
  t.is(checksum(moved.subarray(3)), sum);
  for (let at = 0; at < 1000; at++) {
    const changed = new Uint8Array(bytes);
    changed[at]! ^= 1;
    t.not(checksum(changed), sum);
  }
  t.not(checksum(bytes.subarray(0, 999)), sum);
});

test('keys have one order, in which only equal keys tie', (t) => {
  for (const infinite of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    t.is(compareKeys(infinite, infinite), 0);
    t.true(compareKeys([infinite, 'a'], [infinite, 'b']) < 0);
  }
  fc.assert(
    fc.property(key, key, key, (a, b, c) => {
      t.is(Math.sign(compareKeys(a, b)) + Math.sign(compareKeys(b, a)), 0);
      if (compareKeys(a, b) <= 0 && compareKeys(b, c) <= 0) t.true(compareKeys(a, c) <= 0);
      t.is(compareKeys(a, a), 0);
    }),
  );
});

test('keys are found as in a Map, however many there are, also after all were forgotten', (t) => {
  const table = new KeyTable();
  const key = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\ud800', 'ÿ'), maxLength: 5 }),
    // Around the longest ones that lie in the table; they differ in one place.
    fc
      .tuple(fc.integer({ min: 1, max: 14 }), fc.nat(13), fc.constantFrom('a', '\0', 'ÿ', 'Ā'))
      .map(([length, at, unit]) => [...'b'.repeat(length)].map((b, i) => (i === at ? unit : b)).join('')),
    fc.integer({ min: -3, max: 3 }),
    fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 2 })),
  );
  const identity = (value: JobKey) => JSON.stringify(value);
  fc.assert(
    fc.property(fc.array(key, { maxLength: 50 }), fc.nat(3000), (some, many) => {
      table.clear();
      const expected = new Map<string, number>();
      const more = Array.from({ length: many }, (_, n) => `more ${n}`);
      for (const one of [...some, ...more, ...some, ...more]) {
        const number = table.find(one);
        t.is(number, expected.get(identity(one)) ?? -1);
        if (number === -1) expected.set(identity(one), table.add(one));
      }
      t.is(table.size, expected.size);
      t.deepEqual(table.keys.map(identity), [...expected.keys()]);
    }),
    { numRuns: 40 },
  );
});

test('what is combined comes out as from a Map, also where values are numbers at first and others later', (t) => {
  const number = fc.constantFrom<unknown>(1, 1, -0, 0.5, 2 ** 53, Number.NaN, Number.NEGATIVE_INFINITY);
  const pair = fc.tuple(fc.oneof(fc.constantFrom('a', 'b', 'Ā', 'thirteen chars'), fc.nat(3)), number);
  const other = fc.tuple(
    fc.constantFrom('a', 'b', 'new'),
    fc.constantFrom<unknown>('text', null, undefined, 7n),
  );
  // One that makes something else of numbers, sooner or later.
  const combine = (left: unknown, right: unknown) =>
    typeof left === 'number' && typeof right === 'number' && left < 4 ? left + right : `${left} ${right}`;
  const pairs = fc.tuple(fc.array(pair), fc.nat(2000), fc.array(fc.oneof(pair, other)));
  fc.assert(
    fc.property(pairs, ([before, many, after]) => {
      const collector = newCollector({ combine, keyOrder: compareKeys, valueOrder: undefined });
      const more = Array.from({ length: many }, (_, n): [JobKey, unknown] => [`more ${n}`, n]);
      // Twice: what was drained leaves nothing behind.
      for (const all of [[...before, ...more, ...after], before]) {
        const expected = new Map<JobKey, unknown>();
        for (const [one, of] of all) {
          collector.add(one, of);
          expected.set(one, expected.has(one) ? combine(expected.get(one), of) : of);
        }
        const chunks: Uint8Array[] = [];
        collector.drain(
          () => 0,
          1,
          () => new RunWriter((bytes) => chunks.push(new Uint8Array(bytes)), false),
        );
        const run = new RunReader(memorySource(Buffer.concat(chunks)));
        const found: [JobKey, unknown][] = [];
        while (run.next()) found.push([run.key, run.value()]);
        t.deepEqual(
          found,
          [...expected].sort(([a], [b]) => compareKeys(a, b)),
        );
        t.is(collector.bytesHeld, 0);
      }
    }),
    { numRuns: 100 },
  );
});

test('values that are combined take the memory of what is kept of them', (t) => {
  const orders = { keyOrder: compareKeys, valueOrder: undefined };
  const longest = newCollector({
    ...orders,
    combine: (left, right) => ((right as string).length > (left as string).length ? right : left),
  });
  longest.add('key', 'x'.repeat(1000));
  const held = longest.bytesHeld;
  for (let i = 0; i < 1000; i++) longest.add('key', 'y'.repeat(i));
  t.is(longest.bytesHeld, held);
  longest.add('key', 'z'.repeat(5000));
  t.is(longest.bytesHeld, held + 8000);

  // An array that grows in place.
  const lists = newCollector({
    ...orders,
    combine: (left, right) => {
      (left as unknown[]).push(...(right as unknown[]));
      return left;
    },
  });
  lists.add('key', ['a'.repeat(100)]);
  const one = lists.bytesHeld;
  for (let i = 0; i < 1000; i++) lists.add('key', ['b'.repeat(100)]);
  t.true(lists.bytesHeld > one + 200_000);
});

test('sorting by prefixes gives the order of the strings', (t) => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', '\0', 'ÿ'), maxLength: 7 });
  const some = fc.array(fc.oneof(short, anyText), { minLength: 33, maxLength: 80 });
  const alike = fc.array(
    short.map((end) => `same${end}`),
    { minLength: 33, maxLength: 80 },
  );
  fc.assert(
    fc.property(fc.oneof(fc.array(short, { minLength: 33, maxLength: 200 }), some, alike), (keys) => {
      const slots = keys.map((_, slot) => slot);
      const sorted = [...sortSlots([...slots], keys, compareKeys, true)];
      t.deepEqual(
        sorted.map((slot) => keys[slot]),
        [...keys].sort(),
      );
      t.deepEqual(
        [...sorted].sort((a, b) => a - b),
        slots,
      );
    }),
  );
});

test('a merge gives each key once, with the values of all runs in their order, however much of them is read', (t) => {
  const entry = fc.tuple(key, fc.array(fc.integer(), { minLength: 1, maxLength: 5 }));
  const runs = fc.array(fc.array(entry, { maxLength: 8 }), { maxLength: 5 });
  fc.assert(
    fc.property(runs, fc.boolean(), fc.boolean(), fc.nat({ max: 3 }), (given, compresses, isSorted, most) => {
      const valueOrder = isSorted ? (a: unknown, b: unknown) => (b as number) - (a as number) : undefined;
      const readers = given.map((entries) => {
        const chunks: Uint8Array[] = [];
        const run = new RunWriter((bytes) => void chunks.push(new Uint8Array(bytes)), compresses);
        for (const [own, values] of [...entries].sort(([a], [b]) => compareKeys(a, b))) {
          run.begin(own, values.length);
          for (const one of isSorted ? [...values].sort((a, b) => b - a) : values) run.block.value(one);
          run.end();
        }
        run.flush();
        return new RunReader(memorySource(Buffer.concat(chunks)));
      });
      // Within a run a key may come several times; then its values aren't in an order of their own.
      if (isSorted && given.some((entries) => hasTwice(entries.map(([own]) => own)))) return;
      const expected: [JobKey, number[]][] = [];
      const all = given.flatMap((entries) => [...entries].sort(([a], [b]) => compareKeys(a, b)));
      for (const [own, values] of all) {
        const known = expected.find(([other]) => compareKeys(own, other) === 0);
        if (known === undefined) expected.push([own, [...values]]);
        else known[1].push(...values);
      }
      expected.sort(([a], [b]) => compareKeys(a, b));
      if (isSorted) for (const [, values] of expected) values.sort((a, b) => b - a);
      const merge = new Merge(readers, { keys: compareKeys, values: valueOrder });
      const found: [JobKey, unknown[]][] = [];
      while (merge.next()) {
        const values: unknown[] = [];
        // Of some keys nothing is read, of some a part.
        if (most > 0) for (const one of merge.values()) if (values.push(one) === most) break;
        found.push([merge.key, values]);
      }
      t.deepEqual(
        found,
        expected.map(([own, values]) => [own, values.slice(0, most)]),
      );
    }),
    { numRuns: 100 },
  );
});

function hasTwice(keys: readonly JobKey[]): boolean {
  return keys.some((own, at) => keys.some((other, before) => before < at && compareKeys(own, other) === 0));
}

test('a block that was changed or cut off is not read', (t) => {
  const chunks: Uint8Array[] = [];
  const run = new RunWriter((bytes) => void chunks.push(new Uint8Array(bytes)), false);
  run.begin('key', 1);
  run.block.value('some value');
  run.flush();
  const bytes = Buffer.concat(chunks);
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 4;
    t.throws(() => readAll(changed), undefined, `byte ${at}`);
    if (at > 0) t.throws(() => readAll(bytes.subarray(0, at)), { code: 'ERR_THRUM_DAMAGED_BYTES' });
  }

  function readAll(given: Uint8Array): void {
    const reader = new RunReader(memorySource(given));
    if (reader.next() && reader.value() !== 'some value') throw new Error('another value');
  }
});

for (const job of [WordCount, Index]) {
  test(`${job.name}: with so little memory that every task spills, compressed or not, the output is the same`, async (t) => {
    const directory = folder(t, { a: text(31, 20_000) });
    const options = { paths: [join(directory, 'a')], partitions: 2 };
    const outputs: unknown[] = [];
    for (const more of [{}, { memoryBytesMax: 1 << 20 }, { memoryBytesMax: 1 << 20, compress: true }]) {
      const outputDirectory = join(directory, `out-${outputs.length}`);
      const { spilledBytes, counters } = await runSequential(job, { ...options, ...more, outputDirectory });
      if ('memoryBytesMax' in more && job === (Index as unknown))
        t.true(spilledBytes > 100_000, `${spilledBytes}`);
      outputs.push([contents(outputDirectory), counters]);
    }
    t.deepEqual(outputs[1], outputs[0]);
    t.deepEqual(outputs[2], outputs[0]);
  });
}

test('what can be no key is refused, with what can', (t) => {
  for (const key of [
    Number.NaN,
    null,
    undefined,
    true,
    10n,
    {},
    new Date(0),
    ['a', ['b']],
    ['a', Number.NaN],
  ]) {
    t.throws(() => checkKey(key), {
      code: 'ERR_THRUM_UNSUPPORTED_VALUE',
      message: /Emit strings, numbers, byte arrays, or tuples of strings and numbers as keys$/,
    });
  }
  for (const key of ['', '\ud800', -0, Number.POSITIVE_INFINITY, [], ['a', 1], new Uint8Array(0)]) {
    t.notThrows(() => checkKey(key));
  }
});
