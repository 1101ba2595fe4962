// Whom a failing child takes along: one-for-all and rest-for-one, and what happens in the middle of it.
import test from 'ava';
import type { Strategy } from '../../lib/index.ts';
import { failureOf } from '../fixtures/failing.ts';
import { settle } from '../fixtures/manualWorld.ts';
import {
  does,
  fails,
  gate,
  type Puppet,
  type PuppetContext,
  puppet,
  type Stage,
  scene,
} from '../fixtures/puppets.ts';

interface Family {
  readonly log: string[];
  readonly parent: Puppet;
  readonly children: readonly [Puppet, Puppet, Puppet];
}

/** A parent with three children that wait 10, 20 and 30 ms before they begin again. */
async function family(
  on: Stage,
  strategy: Strategy,
  begins: (label: string, ctx: PuppetContext, nth: number) => void = () => {},
): Promise<Family> {
  const log: string[] = [];
  const child = (label: string, firstMs: number) =>
    puppet(label, {
      log,
      supervision: { backoff: { firstMs, jitter: 0 } },
      begins: (ctx, nth) => begins(label, ctx, nth),
    });
  const children = [child('a', 10), child('b', 20), child('c', 30)] as const;
  const parent = puppet('parent', {
    log,
    strategy,
    begins: (ctx) => {
      for (const { definition } of children) void ctx.spawn(definition);
    },
  });
  await on.spawn(parent, { name: 'parent' });
  log.length = 0;
  return { log, parent, children };
}

test(
  'one-for-one: the others go on',
  scene(async (t, on) => {
    const { log, children } = await family(on, 'one-for-one');
    on.refTo(children[1]).tell.run(fails('boom'));
    await on.world.advance(100);
    t.deepEqual(log, ['b ends', 'b begins']);
  }),
);

test(
  'one-for-all: all end, last started first, wait as the failing one does, and begin in the order of their start',
  scene(async (t, on) => {
    const { log, children } = await family(on, 'one-for-all');
    on.refTo(children[1]).tell.run(fails('boom'));
    await on.world.advance(19);
    t.deepEqual(log, ['b ends', 'c ends', 'a ends']);
    await on.world.advance(1);
    t.deepEqual(log.slice(3), ['a begins', 'b begins', 'c begins']);
    t.is(on.restarts().length, 3);
    t.is(on.failures().length, 1);
  }),
);

test(
  'rest-for-one: the failing one and those started after it',
  scene(async (t, on) => {
    const { log, children } = await family(on, 'rest-for-one');
    on.refTo(children[1]).tell.run(fails('boom'));
    await on.world.advance(20);
    t.deepEqual(log, ['b ends', 'c ends', 'b begins', 'c begins']);
    log.length = 0;
    on.refTo(children[2]).tell.run(fails('boom'));
    await on.world.advance(100);
    t.deepEqual(log, ['c ends', 'c begins']);
  }),
);

test(
  'siblings keep the messages that wait',
  scene(async (t, on) => {
    const { log, children } = await family(on, 'one-for-all');
    on.refTo(children[0]).tell.run(fails('boom'));
    await settle();
    const asked = on.refTo(children[2]).ask.answer(does(() => 'c'));
    on.refTo(children[1]).tell.note('kept');
    await on.world.advance(10);
    t.is(await asked, 'c');
    t.is(log.at(-1), 'b kept');
  }),
);

test(
  'the group waits for the handler that holds one of them',
  scene(async (t, on) => {
    const { log, children } = await family(on, 'one-for-all');
    const { passed, open } = gate<string>();
    const holding = on.refTo(children[1]).ask.answer(does(() => passed));
    on.refTo(children[2]).tell.run(fails('boom'));
    await on.world.advance(1000);
    t.deepEqual(log, ['c ends']);
    open('held');
    t.is(await holding, 'held');
    await on.world.advance(30);
    t.deepEqual(log.slice(1), ['b ends', 'a ends', 'a begins', 'b begins', 'c begins']);
  }),
);

test(
  'a sibling that fails in the middle of it begins again once, with the longer of the two waits',
  scene(async (t, on) => {
    const { log, children } = await family(on, 'one-for-all');
    const { passed, open } = gate();
    // c holds the group, which has yet to come to b.
    on.refTo(children[2]).tell.run(does(() => passed));
    on.refTo(children[0]).tell.run(fails('boom'));
    await settle();
    on.refTo(children[1]).tell.run(fails('boom too'));
    await settle();
    t.deepEqual(log, ['a ends', 'b ends']);
    open();
    await on.world.advance(19);
    t.deepEqual(log, ['a ends', 'b ends', 'c ends']);
    await on.world.advance(1);
    t.deepEqual(log.slice(3), ['a begins', 'b begins', 'c begins']);
    t.is(on.restarts().length, 3);
  }),
);

test(
  'one that fails while the group waits makes it wait anew, and may take more along',
  scene(async (t, on) => {
    const { log, children } = await family(on, 'rest-for-one');
    on.refTo(children[2]).tell.run(fails('boom'));
    await on.world.advance(29);
    on.refTo(children[1]).tell.run(fails('boom'));
    await on.world.advance(29);
    t.deepEqual(log, ['c ends', 'b ends']);
    await on.world.advance(1);
    t.deepEqual(log.slice(2), ['b begins', 'c begins']);
  }),
);

for (const [when, strategyOf] of [
  ['before its turn to end', 'one-for-all'],
  ['while the group waits', 'rest-for-one'],
] as const) {
  test(
    `a sibling that is stopped ${when} is left out`,
    scene(async (t, on) => {
      const { log, children } = await family(on, strategyOf);
      const { passed, open } = gate();
      const refs = children.map((child) => on.refTo(child));
      if (strategyOf === 'one-for-all') refs[2]!.tell.run(does(() => passed));
      refs[0]!.tell.run(fails('boom'));
      await settle();
      on.stop(refs[1]!);
      await settle();
      open();
      await on.world.advance(100);
      t.deepEqual([...log].sort(), ['a begins', 'a ends', 'b ends', 'c begins', 'c ends']);
    }),
  );
}

test(
  'when the failing child itself is stopped meanwhile, the others begin again without it',
  scene(async (t, on) => {
    const { log, children } = await family(on, 'one-for-all');
    const ref = on.refTo(children[0]);
    ref.tell.run(fails('boom'));
    await settle();
    on.stop(ref);
    await on.world.advance(10);
    t.deepEqual(log.slice(3), ['b begins', 'c begins']);
  }),
);

test(
  'a sibling that is stopped by its own directive takes nobody along',
  scene(async (t, on) => {
    const log: string[] = [];
    const stopping = puppet('stopping', { log, supervision: { onFailure: 'stop' } });
    const other = puppet('other', { log });
    await on.spawn(
      puppet('parent', {
        strategy: 'one-for-all',
        begins: (ctx) => {
          void ctx.spawn(stopping.definition);
          void ctx.spawn(other.definition);
        },
      }),
    );
    on.refTo(stopping).tell.run(fails('boom'));
    await on.world.advance(100);
    t.deepEqual(log, ['stopping begins', 'other begins', 'stopping ends']);
  }),
);

for (const how of ['stops', 'fails'] as const) {
  test(
    `a parent that ${how} in the middle of it ends all its children, and the group with them`,
    scene(async (t, on) => {
      const { log, parent, children } = await family(on, 'one-for-all');
      const ref = on.refTo(parent);
      on.refTo(children[1]).tell.run(fails('boom'));
      await settle();
      log.length = 0;
      if (how === 'stops') on.stop(ref);
      else ref.tell.run(fails('boom'));
      await settle();
      t.deepEqual(log, ['parent ends']);
      t.is(on.world.pending, how === 'stops' ? 0 : 1, 'only the parent waits');
      await on.world.advance(100);
      const anew = ['parent begins', 'a begins', 'b begins', 'c begins'];
      t.deepEqual(log.slice(1), how === 'stops' ? [] : anew);
    }),
  );
}

test(
  'children begin again also while their parent waits for one of them before it ends',
  scene(async (t, on) => {
    const { log, parent, children } = await family(on, 'one-for-all');
    const ref = on.refTo(parent);
    const child = on.refTo(children[0]);
    const { passed, fail } = gate();
    child.tell.run(does(() => passed));
    ref.tell.run(does(async () => void (await child.ask.answer(does(() => log.push('answered'))))));
    await settle();
    on.stop(ref);
    fail(new Error('boom'));
    await on.world.advance(100);
    t.true(log.includes('answered'));
    t.is(log.at(-1), 'parent ends');
  }),
);

test(
  'a create that fails when the group begins again starts over with all of them',
  scene(async (t, on) => {
    const { log, children } = await family(on, 'one-for-all', (label, _ctx, nth) => {
      if (label === 'b' && nth === 2) throw new Error('not yet');
    });
    on.refTo(children[0]).tell.run(fails('boom'));
    await on.world.advance(1000);
    t.deepEqual(log.slice(-3), ['a begins', 'b begins', 'c begins']);
    t.is(children[1].contexts.length, 3);
    t.is(await on.refTo(children[1]).ask.answer(does(() => 'alive')), 'alive');
  }),
);

test(
  'a child that is started in the middle of it stays as it is',
  scene(async (t, on) => {
    const { log, parent, children } = await family(on, 'one-for-all');
    const late = puppet('late', { log });
    on.refTo(children[0]).tell.run(fails('boom'));
    await settle();
    await on.refTo(parent).ask.answer(
      does(async (ctx) => {
        await ctx.spawn(late.definition);
      }),
    );
    await on.world.advance(10);
    t.deepEqual(log, ['a ends', 'c ends', 'b ends', 'late begins', 'a begins', 'b begins', 'c begins']);
  }),
);

test(
  'grandchildren end with their parent and begin with it, three deep',
  scene(async (t, on) => {
    const log: string[] = [];
    const leaf = puppet('leaf', { log });
    const branch = puppet('branch', { log, begins: (ctx) => void ctx.spawn(leaf.definition) });
    const twig = puppet('twig', { log, supervision: { restartsMax: 0 } });
    const trunk = puppet('trunk', {
      log,
      strategy: 'one-for-all',
      begins: (ctx) => {
        void ctx.spawn(branch.definition);
        void ctx.spawn(twig.definition);
      },
    });
    const root = puppet('root', {
      log,
      strategy: 'rest-for-one',
      begins: (ctx) => void ctx.spawn(trunk.definition),
    });
    await on.spawn(root);
    log.length = 0;
    on.refTo(leaf).tell.run(fails('boom'));
    await on.world.advance(20);
    t.deepEqual(log, ['leaf ends', 'leaf begins'], "a leaf's failure stays its own");
    log.length = 0;
    on.refTo(branch).tell.run(fails('boom'));
    await on.world.advance(20);
    t.deepEqual(log, [
      'leaf ends',
      'branch ends',
      'twig ends',
      'branch begins',
      'leaf begins',
      'twig begins',
    ]);
    log.length = 0;
    const failing = failureOf(on.refTo(twig).ask.answer(fails('boom')));
    t.is((await failing).message, 'boom');
    await on.world.advance(40);
    t.deepEqual(log, [
      'twig ends',
      'leaf ends',
      'branch ends',
      'trunk ends',
      'trunk begins',
      'branch begins',
      'leaf begins',
      'twig begins',
    ]);
  }),
);

test(
  'a node that dies in the middle of it takes its children out of the group',
  scene(async (t, on) => {
    const { log, parent, children } = await family(on, 'one-for-all');
    const cell = on.node.refs.cellOf(on.refTo(parent))!;
    const elsewhere = on.node.refs.bind(7, 1, {});
    cell.own().adoptFar(elsewhere, true);
    on.refTo(children[0]).tell.run(fails('boom'));
    await on.world.advance(100);
    t.deepEqual(log, ['a ends'], 'the group waits for the one on node 7');
    on.node.endings.nodeDown(7, 'it was ended', undefined);
    await on.world.advance(10);
    t.deepEqual(log.slice(1), ['c ends', 'b ends', 'a begins', 'b begins', 'c begins']);
  }),
);
