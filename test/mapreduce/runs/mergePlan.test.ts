// Merge passes: few enough runs at the end, no group too large, nothing merged that needn't be.
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { RunWriter } from '../../../actors/mapreduce/runs/index.ts';
import { mergeGroups, type SizedRun, splitKeys } from '../../../actors/mapreduce/runs/mergePlan.ts';
import { addAll, folderFor, type Pair } from './folder.ts';

test('passes of merging leave as many runs as can be merged at once, all in them', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 300 }),
      fc.integer({ min: 2, max: 20 }),
      (sizes, fanInMax) => {
        let runs: readonly SizedRun[] = sizes.map((bytes, i) => ({ path: `${i}`, bytes }));
        for (let passes = 0; runs.length > fanInMax; passes++) {
          t.true(passes < 10);
          const groups = mergeGroups(runs, fanInMax);
          for (const group of groups) t.true(group.length >= 1 && group.length <= fanInMax);
          const taken = new Set(groups.flat());
          t.is(taken.size, groups.flat().length);
          const rest = runs.filter((run) => !taken.has(run));
          const smallestLeft = Math.min(...rest.map((run) => run.bytes));
          for (const run of taken) t.true(run.bytes <= smallestLeft);
          runs = [
            ...rest,
            ...groups.map((group, i) => ({
              path: `m${passes}-${i}`,
              bytes: group.reduce((a, b) => a + b.bytes, 0),
            })),
          ];
        }
        t.is(
          runs.reduce((sum, run) => sum + run.bytes, 0),
          sizes.reduce((sum, bytes) => sum + bytes, 0),
        );
        // No more was merged than needed: what is merged at the end is as much as can be.
        if (sizes.length > fanInMax) t.is(runs.length, fanInMax);
        t.deepEqual(mergeGroups(runs, fanInMax), []);
      },
    ),
  );
});

test('the keys that cut runs into ranges ascend and leave parts of about the same size', (t) => {
  const folder = folderFor(t);
  const paths = [0, 1, 2].map((file) => {
    const path = join(folder, `${file}`);
    const writer = new RunWriter(path, { blockBytes: 100, durable: false });
    addAll(
      writer,
      Array.from(
        { length: 9000 },
        (_, i): Pair => [Buffer.from(`w${String(3 * i + file).padStart(6, '0')}`), 1],
      ),
    );
    writer.seal();
    return path;
  });
  const keys = splitKeys(paths, 10).map((key) => Buffer.from(key).toString());
  t.is(keys.length, 9);
  const numbers = [0, ...keys.map((key) => Number(key.slice(1))), 27_000];
  for (let i = 1; i < numbers.length; i++) {
    const size = numbers[i]! - numbers[i - 1]!;
    t.true(size > 2000 && size < 3500, `${size}`);
  }
  t.deepEqual(splitKeys(paths, 1), []);
  t.deepEqual(splitKeys([], 5), []);
});
