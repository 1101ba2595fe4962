// What becomes of an actor that fails, in a world whose clock the test moves: restart, resume, stop, escalate.
import test from 'ava';
import { type Address, type Directive, InvalidOptionError } from '../../lib/index.ts';
import { failureOf } from '../fixtures/failing.ts';
import { settle } from '../fixtures/manualWorld.ts';
import { does, fails, gate, type PuppetRef, puppet, scene } from '../fixtures/puppets.ts';

// By default an actor restarts after 10 ms, of which the manual world's chance takes a tenth.

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
    // A name is claimed before its actor starts.
    await settle();
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
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = [
      undefined,
      Symbol('boom'),
      Object.create(null),
      {
        toString() {
          throw new Error('again');
        },
      },
      new Proxy(
        {},
        {
          get() {
            throw new Error('nothing can be read');
          },
        },
      ),
      revoked,
      Object.defineProperty(new Error('x'), 'message', {
        get() {
          throw new Error('no message');
        },
      }),
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
    for (const name of ['stack', 'constructor', 'name', 'cause']) {
      const thrown = Object.defineProperty(new Error('its message'), name, {
        get() {
          throw new Error('not to be read');
        },
      });
      const error = await failureOf(
        ref.ask.answer(
          does(() => {
            throw thrown;
          }),
        ),
      );
      t.is(error.message, 'its message', name);
    }
    const classless = Object.setPrototypeOf(
      new Error('no class'),
      Object.create(Error.prototype, { constructor: { value: undefined } }),
    );
    t.is(
      (
        await failureOf(
          ref.ask.answer(
            does(() => {
              throw classless;
            }),
          ),
        )
      ).message,
      'no class',
    );
    t.is(await ref.ask.answer(does(() => 'alive')), 'alive');
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
