// Keys to slots: even, and with few moves when the number of slots changes.
import test from 'ava';
import fc from 'fast-check';
import { InvalidOptionError } from '../../lib/protocol/errors.ts';
import { hashOf, rehash, slotOf } from '../../lib/routing/hash.ts';

const keys = Array.from({ length: 20_000 }, (_, i) => `key ${i}`);

test('the hash of a key is the same everywhere', (t) => {
  // Written down once: another version that gives others would send keys elsewhere.
  const hashes = ['', 'a', 'user 42', 'ключ', '🧵'].map(hashOf);
  t.deepEqual(hashes, [2_872_998_923, 444_641_715, 1_822_207_143, 3_185_335_672, 3_803_331_987]);
  const slots = [1, 2, 10, 1000].map((count) => slotOf(hashOf('user 42'), count));
  t.deepEqual(slots, [0, 0, 7, 390]);
  t.is(hashOf(42), hashOf('42'));
  t.is(hashOf(-1.5), hashOf('-1.5'));
});

test('hashes are 32-bit integers, and so are those of the next place', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (key) => {
      for (const hash of [hashOf(key), rehash(hashOf(key))]) {
        t.true(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32);
      }
    }),
  );
});

test('every hash has a slot among those there are', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 65_536 }), (hash, n) => {
      const slot = slotOf(hash, n);
      t.true(Number.isInteger(slot) && slot >= 0 && slot < n);
    }),
    {
      examples: [
        [0, 1],
        [2 ** 32 - 1, 65_536],
      ],
    },
  );
});

test('with one slot more a key stays where it is or moves to the new slot', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 2000 }), (hash, n) => {
      const [before, after] = [slotOf(hash, n), slotOf(hash, n + 1)];
      t.true(after === before || after === n);
    }),
    { numRuns: 2000 },
  );
});

test('a slot that joins n others takes at most 1.2 / n of the keys', (t) => {
  for (const n of [1, 2, 3, 5, 8, 16, 31, 64]) {
    const moved = keys.filter((key) => slotOf(hashOf(key), n) !== slotOf(hashOf(key), n + 1)).length;
    const share = moved / keys.length;
    t.true(share <= 1.2 / (n + 1), `${n}: ${share * (n + 1)}`);
    t.true(share >= 0.8 / (n + 1), `${n}: ${share * (n + 1)}`);
  }
});

test('slots have even shares of keys that look alike', (t) => {
  for (const n of [2, 7, 16]) {
    const counts = new Array<number>(n).fill(0);
    for (const key of keys) counts[slotOf(hashOf(key), n)]!++;
    const mean = keys.length / n;
    for (const count of counts) t.true(Math.abs(count - mean) < mean * 0.15, `${n}: ${counts.join()}`);
  }
});

test('the next places of a key are all slots in the end', (t) => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 12 }), (key, n) => {
      const seen = new Set<number>();
      let hash = hashOf(key);
      for (let i = 0; i < 400 && seen.size < n; i++) {
        seen.add(slotOf(hash, n));
        hash = rehash(hash);
      }
      t.is(seen.size, n);
    }),
  );
});

test('what is neither a text nor a number is no key', (t) => {
  for (const [key, found] of [
    [undefined, 'undefined'],
    [{}, 'a plain object'],
    [7n, '7'],
  ] as const) {
    t.throws(() => hashOf(key as never), {
      instanceOf: InvalidOptionError,
      message: `a key must be a text or a number, not ${found}`,
    });
  }
});
