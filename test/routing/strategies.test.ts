// Which member takes a message, by each strategy.
import test from 'ava';
import { InvalidMessageError, pool } from '../../lib/index.ts';
import { settle } from '../fixtures/manualWorld.ts';
import { here, leaf, owner, perSlot } from '../fixtures/pooled.ts';
import { gate, scene } from '../fixtures/puppets.ts';

test(
  'round robin: each in turn, tells and asks alike',
  scene(async (t, on) => {
    const { definition, log } = leaf();
    const leaves = await pool(await owner(on), definition, 3, here);
    for (let i = 0; i < 6; i++) t.true(leaves.tell.note('tell'));
    await settle();
    t.deepEqual(log, ['0 tell', '0 tell', '1 tell', '1 tell', '2 tell', '2 tell']);
    const replies = await Promise.all(Array.from({ length: 6 }, () => leaves.ask.read('ask')));
    t.deepEqual(replies, ['0', '1', '2', '0', '1', '2']);
    for (let i = 0; i < 3; i++) await leaves.send.note('send');
    await settle();
    t.deepEqual(perSlot(log.slice(12), 3), [1, 1, 1]);
  }),
);

test(
  'random: whoever chance of the world names',
  scene(async (t, on) => {
    const { definition } = leaf();
    const leaves = await pool(await owner(on), definition, 4, { ...here, route: 'random' });
    const replies: string[] = [];
    for (const chance of [0, 0.2, 0.3, 0.5, 0.76, 0.999]) {
      on.world.chance = chance;
      replies.push(await leaves.ask.read('x'));
    }
    t.deepEqual(replies, ['0', '0', '1', '2', '3', '3']);
  }),
);

test(
  'least loaded: who has the fewest unanswered asks; of equals, each in turn',
  scene(async (t, on) => {
    const gates = [gate<string>(), gate<string>(), gate<string>()];
    const { definition, log } = leaf(({ slot, message }) => (message === 'wait' ? gates[slot]!.passed : 'x'));
    const leaves = await pool(await owner(on), definition, 3, { ...here, route: 'least-loaded' });
    const waiting = [1, 2, 3, 4, 5].map(() => leaves.ask.read('wait'));
    await settle();
    t.deepEqual(perSlot(log, 3).sort(), [1, 2, 2]);
    // One has two asks open, one has one, and one has none any more.
    const one = perSlot(log, 3).indexOf(1);
    const none = (one + 1) % 3;
    gates[none]!.open('done');
    await settle();
    for (let i = 0; i < 4; i++) await leaves.ask.read('more');
    t.deepEqual(log.slice(-4), Array(4).fill(`${none} more`));
    const both = [leaves.ask.read('pair'), leaves.ask.read('pair'), leaves.ask.read('pair')];
    await Promise.all(both);
    const pairs = perSlot(log.slice(-3), 3);
    t.is(pairs[(one + 2) % 3], 0, 'who has two gets none while others have fewer');
    for (const each of gates) each.open('done');
    await Promise.all(waiting);
  }),
);

test(
  'least loaded: one that pushes back comes last',
  scene(async (t, on) => {
    const stuck = gate<string>();
    const { definition, log } = leaf(({ slot }) => (slot === 0 ? stuck.passed : String(slot)));
    const leaves = await pool(await owner(on), definition, 2, {
      ...here,
      route: 'least-loaded',
      mailbox: { capacity: 1 },
    });
    const [first] = leaves.members;
    first!.tell.note('held');
    await settle();
    t.true(first!.tell.note('full'));
    for (let i = 0; i < 4; i++) t.is(await leaves.ask.read('x'), '1');
    stuck.open('');
    await settle();
    t.deepEqual(perSlot(log, 2), [2, 4]);
  }),
);

test(
  'one that pushes back is passed over; false only when all do',
  scene(async (t, on) => {
    const stuck = gate<string>();
    const { definition, log } = leaf(() => stuck.passed);
    for (const route of ['round-robin', 'random', 'least-loaded'] as const) {
      log.length = 0;
      const leaves = await pool(await owner(on), definition, 3, { ...here, route, mailbox: { capacity: 2 } });
      for (const member of leaves.members) member.tell.note('held');
      await settle();
      const accepted = Array.from({ length: 8 }, () => leaves.tell.note('waits'));
      t.deepEqual(accepted, [true, true, true, true, true, true, false, false], route);
      let sent = false;
      const sending = leaves.send.note('later').then(() => {
        sent = true;
      });
      await settle();
      t.false(sent, 'a send waits for room');
      for (const member of leaves.members) on.node.stop(member, false, true);
      await sending;
      await leaves.stop();
    }
  }),
);

test(
  'by key: one member for each key, in the order sent, whatever the message',
  scene(async (t, on) => {
    const { definition, log } = leaf();
    const route = { key: (message: unknown) => String(message).split(':')[0]! };
    const leaves = await pool(await owner(on), definition, 5, { ...here, route });
    const keys = Array.from({ length: 40 }, (_, i) => `key${i}`);
    for (const n of [1, 2, 3]) for (const key of keys) leaves.tell.note(`${key}:${n}`);
    await settle();
    for (const key of keys) {
      const lines = log.filter((line) => line.includes(`${key}:`));
      const slot = lines[0]!.split(' ')[0];
      t.deepEqual(
        lines,
        [1, 2, 3].map((n) => `${slot} ${key}:${n}`),
      );
      t.is(await leaves.ask.read(`${key}:ask`), slot!);
    }
    t.true(perSlot(log, 5).every((n) => n > 0));
  }),
);

test(
  'by key: an owner that pushes back is not passed over',
  scene(async (t, on) => {
    const stuck = gate<string>();
    const { definition } = leaf(() => stuck.passed);
    const leaves = await pool(await owner(on), definition, 4, {
      ...here,
      route: { key: () => 'one key' },
      mailbox: { capacity: 1 },
    });
    t.true(leaves.tell.note('held'));
    await settle();
    t.true(leaves.tell.note('waits'));
    t.false(leaves.tell.note('no room'));
    stuck.open('');
    await settle();
    t.true(leaves.tell.note('again'));
  }),
);

test(
  'by key: a member that joins takes its keys and no others; one that leaves gives them back',
  scene(async (t, on) => {
    const { definition } = leaf();
    const leaves = await pool(await owner(on), definition, 4, {
      ...here,
      route: { key: (message) => String(message) },
    });
    const keys = Array.from({ length: 400 }, (_, i) => `key${i}`);
    const place = () => Promise.all(keys.map((key) => leaves.ask.read(key)));
    const before = await place();
    await leaves.resize(5);
    const after = await place();
    const moved = keys.filter((_, i) => before[i] !== after[i]);
    t.true(moved.length > 0 && moved.length <= (1.2 * keys.length) / 5, String(moved.length));
    t.true(keys.every((_, i) => before[i] === after[i] || after[i] === '4'));
    await leaves.resize(4);
    t.deepEqual(await place(), before);
  }),
);

test(
  'by key without replacement: only the keys of the member that is gone move',
  scene(async (t, on) => {
    const { definition } = leaf();
    const leaves = await pool(await owner(on), definition, 4, {
      ...here,
      route: { key: (message) => String(message) },
      replace: false,
    });
    const keys = Array.from({ length: 200 }, (_, i) => `key${i}`);
    const place = () => Promise.all(keys.map((key) => leaves.ask.read(key)));
    const before = await place();
    on.node.stop(leaves.members[2]!, false);
    await settle();
    const after = await place();
    t.true(keys.every((_, i) => (before[i] === '2' ? after[i] !== '2' : after[i] === before[i])));
    const heirs = new Set(after.filter((_, i) => before[i] === '2'));
    t.true(heirs.size > 1, 'they are spread over the others');
  }),
);

test(
  'micro-partitions: busy partitions move to idle members, at the times that were set',
  scene(async (t, on) => {
    const { definition } = leaf();
    const leaves = await pool(await owner(on), definition, 2, {
      ...here,
      route: { key: (message) => String(message), partitions: 16, rebalanceEveryMs: 500 },
    });
    t.deepEqual(leaves.stats().partitions, [8, 8]);
    const keys = Array.from({ length: 100 }, (_, i) => `key${i}`);
    const place = () => Promise.all(keys.map((key) => leaves.ask.read(key)));
    const hot = keys.filter((_, i) => i % 2 === 0 || i < 100);
    const before = await place();
    const ofFirst = hot.filter((key) => before[keys.indexOf(key)] === '0');
    for (let i = 0; i < 10; i++) for (const key of ofFirst) leaves.tell.note(key);
    await settle();
    t.deepEqual(await place(), before, 'nothing moves between two looks');
    await on.world.advance(500);
    const after = await place();
    const moved = keys.filter((_, i) => before[i] !== after[i]);
    t.true(moved.length > 0 && moved.every((key) => before[keys.indexOf(key)] === '0'));
    const [of0, of1] = leaves.stats().partitions;
    t.is(of0! + of1!, 16);
    t.true(of0! < of1!);
    await leaves.resize(3);
    t.is(leaves.stats().partitions[2], 5);
    await leaves.resize(1);
    t.deepEqual(leaves.stats().partitions, [16]);
  }),
);

test(
  'a bad message throws where it is sent, and nobody gets it',
  scene(async (t, on) => {
    const { definition, log } = leaf();
    for (const settings of [{}, { hedge: true }, { tie: true }, { route: 'random' }] as const) {
      const leaves = await pool(await owner(on), definition, 2, { ...here, ...settings });
      const bad = 1 as unknown as string;
      t.throws(() => leaves.tell.note(bad), { instanceOf: InvalidMessageError });
      t.throws(() => leaves.send.note(bad), { instanceOf: InvalidMessageError });
      t.throws(() => leaves.ask.read(bad), { instanceOf: InvalidMessageError });
      t.throws(() => leaves.broadcast.note(bad), { instanceOf: InvalidMessageError });
      t.throws(() => leaves.gather.read(bad), { instanceOf: InvalidMessageError });
    }
    await settle();
    t.deepEqual(log, []);
  }),
);

test(
  'a method that was taken off its pool says so',
  scene(async (t, on) => {
    const { definition } = leaf();
    for (const route of ['round-robin', 'random'] as const) {
      const leaves = await pool(await owner(on), definition, 1, { ...here, route });
      const { note } = leaves.tell;
      t.throws(() => note('x'), { code: 'ERR_THRUM_DETACHED_METHOD' });
    }
  }),
);
