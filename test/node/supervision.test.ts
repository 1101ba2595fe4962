// What becomes of an actor that fails, in a world whose clock the test moves: restart, resume, stop, escalate.
import test from 'ava';
import * as z from 'zod';
import {
  ActorRestartedError,
  type Address,
  actor,
  type Directive,
  InvalidOptionError,
  tell,
} from '../../lib/index.ts';
import { failureOf } from '../fixtures/failing.ts';
import { settle } from '../fixtures/manualWorld.ts';
import { does, fails, gate, type PuppetRef, puppet, scene } from '../fixtures/puppets.ts';

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
  'the failing message is reported with its error and its directive, and not retried',
  scene(async (t, on) => {
    let tries = 0;
    const ref = await on.spawn(puppet('a'), { name: 'a' });
    ref.tell.run(
      does(() => {
        tries++;
        throw new Error('boom');
      }),
    );
    await on.world.advance(100);
    t.is(tries, 1);
    t.deepEqual(on.failures(), ['0/a run: boom -> restart']);
    t.deepEqual(on.restarts(), ['0/a']);
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
    on.stop(watched);
    await on.world.advance(200);
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
    const [late, failing] = [gate<string>(), gate()];
    const open = [does(() => late.passed), does(() => failing.passed)].map((job) =>
      failureOf(ref.ask.later(job, { timeoutMs: Number.POSITIVE_INFINITY })),
    );
    ref.tell.run(fails('boom'));
    for (const error of await Promise.all(open)) {
      t.true(error instanceof ActorRestartedError);
      t.regex(error.message, /was restarted/);
    }
    await on.world.advance(9);
    late.open('late');
    failing.fail(new Error('late'));
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
  'resume goes on with the next message and keeps state, timers and children',
  scene(async (t, on) => {
    const child = puppet('child');
    const actor = puppet('a', {
      supervision: { onFailure: 'resume' },
      begins: (ctx) => {
        void ctx.spawn(child.definition);
        ctx.after(20, () => actor.log.push('timer'));
      },
    });
    const ref = await on.spawn(actor, { name: 'a' });
    const failing = failureOf(ref.ask.answer(fails('boom')));
    ref.tell.note('next');
    t.is((await failing).message, 'boom');
    await on.world.advance(20);
    t.deepEqual(actor.log, ['a begins', 'a next', 'timer']);
    t.deepEqual(child.log, ['child begins']);
    t.deepEqual(on.failures(), ['0/a answer: boom -> resume']);
  }),
);

test(
  'stop ends the actor, with the error as the reason that watchers and events give',
  scene(async (t, on) => {
    const reasons: unknown[] = [];
    const target = await on.spawn(puppet('a', { supervision: { onFailure: 'stop' } }));
    const watcher = await on.spawn(puppet('watcher'));
    await watcher.ask.answer(does((ctx) => void ctx.watch(target, (reason) => reasons.push(reason))));
    target.tell.run(fails('boom'));
    await settle();
    t.like(reasons[0], { type: 'failed', error: { message: 'boom' } });
    t.like(on.ends()[0], { reason: { type: 'failed', error: { message: 'boom' } } });
  }),
);

test(
  'escalate stops the actor and fails its parent with the same error, up to one that decides otherwise',
  scene(async (t, on) => {
    const { log } = puppet('log');
    const escalating = { supervision: { onFailure: 'escalate' }, log } as const;
    const bottom = puppet('bottom', escalating);
    const middle = puppet('middle', {
      ...escalating,
      begins: (ctx) => void ctx.spawn(bottom.definition, undefined, { name: 'bottom' }),
    });
    const top = puppet('top', {
      log,
      begins: (ctx) => void ctx.spawn(middle.definition, undefined, { name: 'middle' }),
    });
    await on.spawn(top, { name: 'top' });
    log.length = 0;
    on.refTo(bottom).tell.run(fails('boom'));
    await settle();
    t.deepEqual(log, ['bottom ends', 'middle ends', 'top ends']);
    t.deepEqual(on.failures(), [
      '0/bottom run: boom -> escalate',
      '0/middle child 0/bottom: boom -> escalate',
      '0/top child 0/middle: boom -> restart',
    ]);
    await on.world.advance(9);
    t.deepEqual(log.slice(3), ['top begins', 'middle begins', 'bottom begins']);
  }),
);

test(
  'an actor without a parent that escalates stops as failed',
  scene(async (t, on) => {
    const ref = await on.spawn(puppet('a', { supervision: { onFailure: 'escalate' } }));
    ref.tell.run(fails('boom'));
    await settle();
    t.like(on.ends()[0], { reason: { type: 'failed', error: { message: 'boom' } } });
  }),
);

test(
  'a parent that resumes outlives a child that escalates',
  scene(async (t, on) => {
    const child = puppet('child', { supervision: { onFailure: 'escalate' } });
    const parent = puppet('parent', {
      supervision: { onFailure: 'resume' },
      begins: (ctx) => void ctx.spawn(child.definition),
    });
    await on.spawn(parent);
    on.refTo(child).tell.run(fails('boom'));
    await settle();
    t.deepEqual(parent.log, ['parent begins']);
    t.deepEqual(child.log, ['child begins', 'child ends']);
  }),
);

test(
  "a definition's onFailure may decide by the error",
  scene(async (t, on) => {
    const directives: Record<string, Directive> = { mild: 'resume', grave: 'restart', fatal: 'stop' };
    const actor = puppet('a', { supervision: { onFailure: (error) => directives[error.message]! } });
    const ref = await on.spawn(actor, { name: 'a' });
    for (const message of ['mild', 'grave', 'mild', 'fatal']) ref.tell.run(fails(message));
    await on.world.advance(20);
    t.deepEqual(
      on.failures().map((line) => line.replace('0/a run: ', '')),
      ['mild -> resume', 'grave -> restart', 'mild -> resume', 'fatal -> stop'],
    );
  }),
);

for (const [how, onFailure, reported] of [
  [
    'throws',
    () => {
      throw new RangeError('no idea');
    },
    'no idea',
  ],
  [
    'throws no error',
    () => {
      throw Object.create(null);
    },
    "isn't an Error",
  ],
  ['gives nonsense', () => 'reboot' as never, 'not reboot'],
] as const) {
  test(
    `an onFailure that ${how} stops the actor; both errors are reported`,
    scene(async (t, on) => {
      const ref = await on.spawn(puppet('a', { supervision: { onFailure } }), { name: 'a' });
      const frozen = Object.freeze(new Error('boom'));
      ref.tell.run(
        does(() => {
          throw frozen;
        }),
      );
      await settle();
      const [first, second] = on.failures();
      t.true(first?.startsWith('0/a supervision.onFailure: ') && first.includes(reported), first);
      t.is(second, '0/a run: boom -> stop');
      t.like(on.ends()[0], { reason: { type: 'failed', error: { message: 'boom' } } });
    }),
  );
}

test(
  "the spawn's supervision comes before the definition's, setting by setting",
  scene(async (t, on) => {
    const actor = puppet('a', { supervision: { onFailure: 'stop', backoff: { firstMs: 50, jitter: 0 } } });
    const ref = await on.spawn(actor, { supervision: { onFailure: 'restart' } });
    ref.tell.run(fails('boom'));
    await on.world.advance(49);
    t.deepEqual(actor.log, ['a begins', 'a ends']);
    await on.world.advance(1);
    t.deepEqual(actor.log, ['a begins', 'a ends', 'a begins']);
  }),
);

test(
  'supervision that makes no sense is refused where the actor is spawned',
  scene(async (t, on) => {
    const cases = [
      [{ onFailure: 'reboot' }, /onFailure must be 'restart', 'resume', 'stop' or 'escalate', not reboot/],
      [{ onFailure: () => 'stop' }, /onFailure of a spawn must be a directive/],
      [{ restartsMax: -1 }, /restartsMax must be 0 or more, not -1/],
      [{ restartsMax: Number.NaN }, /restartsMax/],
      [{ withinMs: 0 }, /withinMs must be above 0/],
      [{ backoff: { firstMs: -1 } }, /backoff\.firstMs/],
      [{ backoff: { maxMs: 2 ** 31 } }, /backoff\.maxMs/],
      [{ backoff: { jitter: 1.5 } }, /backoff\.jitter must be from 0 to 1/],
    ] as const;
    for (const [supervision, message] of cases) {
      const error = await failureOf(on.spawn(puppet('a'), { supervision: supervision as never }));
      t.true(error instanceof InvalidOptionError);
      t.regex(error.message, message);
    }
  }),
);

for (const [where, job] of [
  ['a timer', (ctx) => void ctx.after(1, () => Promise.reject(new Error('boom')))],
  ['every period', (ctx) => void ctx.every(1, () => fail())],
  ['a watch callback', (ctx) => void ctx.watch(gone!, () => fail())],
  [
    'an async handler',
    async () => {
      await Promise.resolve();
      fail();
    },
  ],
] as readonly [string, Parameters<typeof does>[0]][]) {
  test(
    `a failure in ${where} fails the actor like one in a handler`,
    scene(async (t, on) => {
      gone = await on.spawn(puppet('gone'));
      on.stop(gone as PuppetRef);
      await settle();
      const actor = puppet('a');
      const ref = await on.spawn(actor);
      ref.tell.run(does(job));
      await on.world.advance(20);
      t.deepEqual(actor.log, ['a begins', 'a ends', 'a begins']);
      t.is(on.failures().length, 1);
    }),
  );
}

let gone: Address | undefined;

function fail(): never {
  throw new Error('boom');
}

test(
  'whatever a handler throws, the actor fails with an Error and the node goes on',
  scene(async (t, on) => {
    const ref = await on.spawn(puppet('a', { supervision: { onFailure: 'resume' } }));
    const hostile = [
      undefined,
      Symbol('boom'),
      Object.create(null),
      {
        toString() {
          throw new Error('again');
        },
      },
    ];
    for (const thrown of hostile) {
      const error = await failureOf(
        ref.ask.answer(
          does(() => {
            throw thrown;
          }),
        ),
      );
      t.regex(error.message, /a value that isn't an Error was thrown/);
    }
    t.is(await ref.ask.answer(does(() => 'alive')), 'alive');
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
  'an actor that fails while it drains stops at once, and what still waits is refused',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor, { name: 'a' });
    const { passed, open } = gate();
    ref.tell.run(does(() => passed));
    ref.tell.run(fails('boom'));
    ref.tell.note('never');
    await settle();
    on.stop(ref, { drain: true });
    open();
    await settle();
    t.deepEqual(actor.log, ['a begins', 'a ends']);
    t.deepEqual(on.failures(), ['0/a run: boom -> none']);
    t.deepEqual(on.letters(), ['1 note stopped']);
    t.like(on.ends()[0], { reason: { type: 'failed', error: { message: 'boom' } } });
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
