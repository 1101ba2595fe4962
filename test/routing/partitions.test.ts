// Micro-partitions: every partition has one owner, few of them move, and load evens out.
import test from 'ava';
import fc from 'fast-check';
import { PartitionTable } from '../../lib/routing/partitions.ts';

function owners(table: PartitionTable): number[] {
  return Array.from({ length: table.count }, (_, p) => table.ownerOf(p));
}

test('slots that join and leave in any order keep even shares, and only what must moves', (t) => {
  const steps = fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 40 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 12, max: 200 }), (slots, count) => {
      const table = new PartitionTable(count);
      const present = new Set<number>();
      for (const slot of slots) {
        const before = owners(table);
        const joins = !present.has(slot);
        const moves = joins ? table.join(slot) : table.leave(slot);
        if (joins) present.add(slot);
        else present.delete(slot);
        const after = owners(table);
        const changed = after.flatMap((owner, p) => (owner === before[p] ? [] : [p]));
        t.deepEqual(
          moves.map(({ partition }) => partition).sort((a, b) => a - b),
          changed,
        );
        for (const p of changed) t.true(joins ? after[p] === slot : before[p] === slot);
        if (present.size === 0) continue;
        t.true(after.every((owner) => present.has(owner)));
        t.true(changed.length <= Math.ceil(count / (joins ? present.size : present.size + 1)) + 1);
        const sizes = [...present].map((one) => table.sizeOf(one));
        t.true(Math.max(...sizes) - Math.min(...sizes) <= 1 + present.size, sizes.join());
      }
    }),
  );
});

test('a slot that joins n takes 1 / (n + 1) of the partitions and no more', (t) => {
  const table = new PartitionTable(1024);
  for (let slot = 0; slot < 32; slot++) {
    const moves = table.join(slot);
    t.true(moves.length <= 1024 / (slot + 1));
  }
});

test('partitions of a busy slot move to idle ones until it is within 15 % of the mean', (t) => {
  const table = new PartitionTable(64);
  for (let slot = 0; slot < 4; slot++) table.join(slot);
  const hot = owners(table).flatMap((owner, p) => (owner === 0 ? [p] : []));
  const load = (): number[] => {
    const loads = [0, 0, 0, 0];
    for (let p = 0; p < 64; p++) {
      const times = hot.includes(p) ? 10 : 1;
      for (let i = 0; i < times; i++) table.used(p);
      loads[table.ownerOf(p)]! += times;
    }
    return loads;
  };
  load();
  const moves = table.rebalance(64);
  t.true(moves.length > 0);
  for (const { from, partition } of moves) t.true(from === 0 && hot.includes(partition));
  const loads = load();
  const mean = loads.reduce((a, b) => a + b) / 4;
  // A busy partition is 10 of a mean of 52.
  t.true(Math.max(...loads) <= mean * 1.2, loads.join());
  t.deepEqual(table.rebalance(64), [], 'what is even stays as it is');
});

test('at most so many partitions move at a time, and one that is busy alone stays', (t) => {
  const table = new PartitionTable(8);
  table.join(0);
  table.join(1);
  const [first] = owners(table).flatMap((owner, p) => (owner === 0 ? [p] : []));
  for (let i = 0; i < 1000; i++) table.used(first!);
  t.deepEqual(table.rebalance(8), [], 'moving it would only make the other one busy');
  for (let p = 0; p < 8; p++) if (table.ownerOf(p) === 0) for (let i = 0; i < 300; i++) table.used(p);
  t.is(table.rebalance(1).length, 1);
});

test('load that is long ago counts less and less', (t) => {
  const table = new PartitionTable(8);
  table.join(0);
  table.join(1);
  const of = (slot: number) => owners(table).flatMap((owner, p) => (owner === slot ? [p] : []));
  for (const p of of(0)) for (let i = 0; i < 100; i++) table.used(p);
  for (let i = 0; i < 12; i++) table.rebalance(0);
  for (const p of of(1)) for (let i = 0; i < 100; i++) table.used(p);
  t.true(table.rebalance(8).every(({ from }) => from === 1));
});
