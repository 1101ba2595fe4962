// A restart: what is kept for the next behaviour, and what ends with the former one.
import test from 'ava';
import * as z from 'zod';
import { ActorRestartedError, actor, tell } from '../../lib/index.ts';
import { failureOf } from '../fixtures/failing.ts';
import { settle } from '../fixtures/manualWorld.ts';
import { does, fails, gate, puppet, scene } from '../fixtures/puppets.ts';

// By default an actor restarts after 10 ms, of which the manual world's chance takes a tenth.

test(
  'a restart begins a fresh behaviour under the same ref; waiting tells and asks are kept, in order',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const failing = failureOf(ref.ask.answer(fails('boom')));
    ref.tell.note('first');
    const asked = ref.ask.answer(does(() => actor.log.push('asked')));
    ref.tell.note('second');
    t.is((await failing).message, 'boom');
    await settle();
    t.deepEqual(actor.log, ['a begins', 'a ends']);
    await on.world.advance(9);
    await asked;
    await settle();
    t.deepEqual(actor.log, ['a begins', 'a ends', 'a begins', 'a first', 'asked', 'a second']);
    t.is(actor.contexts.length, 2);
    t.true(actor.contexts[1]!.self.equals(ref));
  }),
);

test(
  'messages sent while the actor waits to begin again are accepted and handled by the next behaviour',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    ref.tell.run(fails('boom'));
    await settle();
    t.true(ref.tell.note('told'));
    const asked = ref.ask.answer(does(() => 'asked'));
    await settle();
    t.deepEqual(actor.log, ['a begins', 'a ends']);
    await on.world.advance(9);
    t.is(await asked, 'asked');
    t.deepEqual(actor.log.slice(2), ['a begins', 'a told']);
  }),
);

test(
  'watchers of an actor hear nothing of its restarts, and still hear of its end',
  scene(async (t, on) => {
    const heard: string[] = [];
    const target = await on.spawn(puppet('target'));
    const watcher = await on.spawn(puppet('watcher'));
    await watcher.ask.answer(does((ctx) => void ctx.watch(target, ({ type }) => heard.push(type))));
    target.tell.run(fails('boom'));
    await on.world.advance(100);
    t.deepEqual(heard, []);
    on.stop(target);
    await settle();
    t.deepEqual(heard, ['stopped']);
  }),
);

test(
  'what the former behaviour began ends with it: signal, timers and watches, then children, then clean-up',
  scene(async (t, on) => {
    const { log } = puppet('log');
    const child = puppet('child', { log });
    const watched = await on.spawn(puppet('watched'));
    const parent = puppet('parent', {
      log,
      begins: (ctx, nth) => {
        void ctx.spawn(child.definition);
        if (nth > 1) return;
        ctx.signal.addEventListener('abort', () => log.push('signal'));
        ctx.after(50, () => log.push('after'));
        ctx.every(20, () => log.push('every'));
        ctx.watch(watched, () => log.push('watch'));
        ctx.onStop(() => log.push('clean-up'));
      },
    });
    const ref = await on.spawn(parent);
    log.length = 0;
    ref.tell.run(fails('boom'));
    await settle();
    t.deepEqual(log, ['signal', 'child ends', 'clean-up', 'parent ends']);
    log.length = 0;
    await on.world.advance(200);
    on.stop(watched);
    await settle();
    t.deepEqual(log, ['parent begins', 'child begins']);
  }),
);

test(
  'a turn that was due when the actor failed is not run by anybody',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const { passed, fail } = gate();
    ref.tell.run(
      does((ctx) => {
        ctx.after(5, () => actor.log.push('timer'));
        return passed;
      }),
    );
    await on.world.advance(6);
    fail(new Error('boom'));
    await on.world.advance(100);
    t.deepEqual(actor.log, ['a begins', 'a ends', 'a begins']);
  }),
);

test(
  'each behaviour gets arguments of its own, equal to those of the spawn',
  scene(async (t, on) => {
    const seen: string[] = [];
    const Eager = actor('supervision/Eager', {
      args: z.object({ list: z.array(z.number()), data: z.instanceof(Uint8Array) }),
      protocol: { fail: tell() },
      create: (args) => {
        seen.push(JSON.stringify([args.list, [...args.data]]));
        args.list.push(9);
        args.data.fill(9);
        return {
          fail() {
            throw new Error('boom');
          },
        };
      },
    });
    const given = { list: [1], data: new Uint8Array([2]) };
    const Listed = actor('supervision/Listed', {
      args: z.object({ list: z.array(z.number()) }),
      protocol: { fail: tell() },
      create: ({ list }) => {
        seen.push(JSON.stringify(list));
        list.push(9);
        return {
          fail() {
            throw new Error('boom');
          },
        };
      },
    });
    const listed = await on.spawnOf(Listed as never, { list: [3] });
    (listed as unknown as { tell: { fail(): boolean } }).tell.fail();
    await on.world.advance(10);
    t.deepEqual(seen.splice(0), ['[3]', '[3]']);
    const ref = await on.spawnOf(Eager as never, given);
    (ref as unknown as { tell: { fail(): boolean } }).tell.fail();
    await on.world.advance(10);
    t.deepEqual(seen, ['[[1],[2]]', '[[1],[2]]']);
    t.deepEqual(given, { list: [1], data: new Uint8Array([2]) });
  }),
);

test(
  'concurrent asks that are open at a restart reject, and what becomes of them later touches nothing',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const [late, failing, unfit] = [gate<string>(), gate(), gate<unknown>()];
    const open = [late, failing, unfit]
      .map(({ passed }) => does(() => passed))
      .map((job) => failureOf(ref.ask.later(job, { timeoutMs: Number.POSITIVE_INFINITY })));
    ref.tell.run(fails('boom'));
    for (const error of await Promise.all(open)) {
      t.true(error instanceof ActorRestartedError);
      t.regex(error.message, /was restarted/);
    }
    await on.world.advance(9);
    late.open('late');
    failing.fail(new Error('late'));
    // A reply that can't be sent would fail the handler.
    unfit.open(() => {});
    await on.world.advance(100);
    t.is(on.failures().length, 1);
    t.deepEqual(actor.log, ['a begins', 'a ends', 'a begins']);
  }),
);

test(
  'a restart waits for the handler that holds the mailbox, whose reply still counts',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const [held, failing] = [gate<string>(), gate()];
    const concurrent = failureOf(ref.ask.later(does(() => failing.passed)));
    const holding = ref.ask.answer(does(() => held.passed));
    await settle();
    failing.fail(new Error('boom'));
    t.is((await concurrent).message, 'boom');
    await on.world.advance(100);
    t.deepEqual(actor.log, ['a begins']);
    held.open('held');
    t.is(await holding, 'held');
    await on.world.advance(9);
    t.deepEqual(actor.log, ['a begins', 'a ends', 'a begins']);
  }),
);

test(
  'a failing clean-up callback is reported, the others run, and the restart goes on',
  scene(async (t, on) => {
    const actor = puppet('a', {
      begins: (ctx) => {
        ctx.onStop(() => actor.log.push('last'));
        ctx.onStop(() => Promise.reject(new Error('later')));
        ctx.onStop(() => fail());
      },
    });
    const ref = await on.spawn(actor, { name: 'a' });
    ref.tell.run(fails('first'));
    await on.world.advance(9);
    t.deepEqual(actor.log, ['a begins', 'last', 'a ends', 'a begins']);
    t.deepEqual(on.failures(), [
      '0/a run: first -> restart',
      '0/a onStop: boom -> none',
      '0/a onStop: later -> none',
    ]);
  }),
);

test(
  'a create that fails at a restart counts as one more failure; what it began ends, but no clean-up runs',
  scene(async (t, on) => {
    const child = puppet('child');
    const actor = puppet('a', {
      supervision: { backoff: { firstMs: 10, jitter: 0 } },
      begins: (ctx, nth) => {
        if (nth === 1 || nth === 4) return;
        void ctx.spawn(child.definition);
        ctx.every(1, () => actor.log.push('every'));
        throw new Error(`start ${nth}`);
      },
    });
    const ref = await on.spawn(actor, { name: 'a' });
    ref.tell.run(fails('boom'));
    ref.tell.note('kept');
    await on.world.advance(10 + 20 + 39);
    t.deepEqual(actor.log, ['a begins', 'a ends', 'a begins', 'a begins']);
    await on.world.advance(1);
    t.deepEqual(actor.log.slice(4), ['a begins', 'a kept']);
    t.deepEqual(child.log, ['child begins', 'child ends', 'child begins', 'child ends']);
    t.deepEqual(on.failures().slice(1), ['0/a create: start 2 -> restart', '0/a create: start 3 -> restart']);
    t.deepEqual(on.restarts(), ['0/a']);
  }),
);

test(
  'a handler that waits for its signal lets the restart go on as soon as another has failed',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const failing = gate();
    void failureOf(ref.ask.later(does(() => failing.passed)));
    ref.tell.run(
      does(
        (ctx) =>
          new Promise<void>((resolve) =>
            ctx.signal.addEventListener('abort', () => {
              actor.log.push((ctx.signal.reason as Error).name);
              resolve();
            }),
          ),
      ),
    );
    await settle();
    failing.fail(new Error('boom'));
    await on.world.advance(9);
    t.deepEqual(actor.log, ['a begins', 'ActorRestartedError', 'a ends', 'a begins']);
  }),
);

test(
  "the next behaviour's signal is not that of an ask of the former one",
  scene(async (t, on) => {
    const aborted: boolean[] = [];
    const child = puppet('child', { supervision: { onFailure: 'escalate' } });
    const parent = puppet('parent', {
      begins: (ctx) => {
        aborted.push(ctx.signal.aborted);
        void ctx.spawn(child.definition);
      },
    });
    const ref = await on.spawn(parent);
    const open = failureOf(
      ref.ask.later(
        does((ctx) => {
          aborted.push(ctx.signal.aborted);
          return new Promise(() => {});
        }),
      ),
    );
    await settle();
    on.refTo(child).tell.run(fails('boom'));
    t.true((await open) instanceof ActorRestartedError);
    await on.world.advance(9);
    t.deepEqual(aborted, [false, false, false]);
  }),
);

test(
  'resume after a failing create means restart, since there is no behaviour to go on with',
  scene(async (t, on) => {
    const actor = puppet('a', {
      supervision: { onFailure: (error) => (error.message === 'boom' ? 'restart' : 'resume') },
      begins: (_ctx, nth) => {
        if (nth === 2) throw new Error('not yet');
      },
    });
    const ref = await on.spawn(actor, { name: 'a' });
    ref.tell.run(fails('boom'));
    await on.world.advance(100);
    t.deepEqual(on.failures(), ['0/a run: boom -> restart', '0/a create: not yet -> restart']);
    t.deepEqual(on.restarts(), ['0/a']);
  }),
);

test(
  'a child that waits for an answer of its restarting parent holds the restart for a second at most',
  scene(async (t, on) => {
    const { log } = puppet('log');
    const grandchild = puppet('grandchild', { log });
    const child = puppet('child', { log, begins: (ctx) => void ctx.spawn(grandchild.definition) });
    const parent = puppet('parent', {
      log,
      begins: (ctx, nth) => void (nth === 1 && ctx.spawn(child.definition)),
    });
    const ref = await on.spawn(parent);
    const { passed, open } = gate();
    const errors: string[] = [];
    const asking = does((ctx) =>
      ref.ask
        .answer(
          does(() => 'too late'),
          { timeoutMs: Number.POSITIVE_INFINITY },
        )
        .then(() => ctx.after(0, () => log.push('child goes on'))),
    );
    ref.tell.run(does(() => passed.then(() => fail())));
    // Not the child itself is stuck, but a child of its own: it must not hold either of them.
    const stuck = on.refTo(grandchild);
    const asked = failureOf(stuck.ask.answer(asking, { timeoutMs: Number.POSITIVE_INFINITY })).then((error) =>
      errors.push(error.name),
    );
    await settle();
    open();
    await on.world.advance(999);
    t.false(log.includes('parent ends'));
    await on.world.advance(1);
    t.deepEqual(log.slice(3), ['grandchild ends', 'child ends', 'parent ends']);
    await asked;
    t.deepEqual(errors, ['ActorStoppedError']);
    await on.world.advance(100);
    t.deepEqual(log.slice(6), ['parent begins']);
  }),
);

test(
  'the children of the next behaviour are safe from the second that the former ones had',
  scene(async (t, on) => {
    const child = puppet('child', { supervision: { backoff: { firstMs: 5000, jitter: 0 } } });
    const parent = puppet('parent', { begins: (ctx) => void ctx.spawn(child.definition) });
    const ref = await on.spawn(parent);
    // The child has failed and waits to begin again when its parent fails too.
    on.refTo(child).tell.run(fails('boom'));
    await settle();
    ref.tell.run(fails('boom'));
    await on.world.advance(10);
    const next = on.refTo(child);
    const { passed, open } = gate<string>();
    const asked = next.ask.answer(
      does(() => passed),
      { timeoutMs: Number.POSITIVE_INFINITY },
    );
    await on.world.advance(10_000);
    t.deepEqual(child.log, ['child begins', 'child ends', 'child begins']);
    open('alive');
    t.is(await asked, 'alive');
  }),
);

function fail(): never {
  throw new Error('boom');
}
