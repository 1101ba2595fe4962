// Stopping an actor in whatever state it is: by the handler's leave, drained, or killed.
import test from 'ava';
import * as z from 'zod';
import {
  ActorStoppedError,
  actor,
  type Context,
  type Definition,
  type Ref,
  type Tell,
  tell,
} from '../../lib/index.ts';
import { failureOf } from '../fixtures/failing.ts';
import { settle } from '../fixtures/manualWorld.ts';
import {
  does,
  fails,
  gate,
  type Puppet,
  type PuppetRef,
  puppet,
  type Stage,
  scene,
} from '../fixtures/puppets.ts';

const forever = { timeoutMs: Number.POSITIVE_INFINITY };
let briefs = 0;
const boom = () => Promise.reject(new Error('boom'));

/** The states an actor can be in when it is told to stop; what lets it go on from there. */
const states: Record<string, (on: Stage, ref: PuppetRef, actor: Puppet) => Promise<() => void>> = {
  running: async () => () => {},
  'held by an async handler': async (_on, ref) => {
    const { passed, open } = gate();
    ref.tell.run(does(() => passed));
    await settle();
    return open;
  },
  draining: async (on, ref) => {
    const { passed, open } = gate();
    ref.tell.run(does(() => passed));
    await settle();
    on.stop(ref, { drain: true });
    return open;
  },
  'failed, with a handler that still runs': async (_on, ref) => {
    const { passed, open } = gate();
    const failing = gate();
    void failureOf(ref.ask.later(does(() => failing.passed.then(boom))));
    ref.tell.run(does(() => passed));
    await settle();
    failing.open();
    await settle();
    return open;
  },
  'restarting, with a child that still ends': async (_on, ref) => {
    const { passed, open } = gate();
    const child = puppet('child', { begins: (ctx) => ctx.onStop(() => passed) });
    ref.tell.run(does((ctx) => ctx.spawn(child.definition)));
    ref.tell.run(fails('boom'));
    await settle();
    return open;
  },
  'restarting, with a clean-up that takes its time': async (_on, ref) => {
    const { passed, open } = gate();
    ref.tell.run(does((ctx) => ctx.onStop(() => passed)));
    ref.tell.run(fails('boom'));
    await settle();
    return open;
  },
  'waiting to begin again': async (_on, ref) => {
    ref.tell.run(fails('boom'));
    await settle();
    return () => {};
  },
  stopping: async (on, ref) => {
    const { passed, open } = gate();
    ref.tell.run(does((ctx) => ctx.onStop(() => passed)));
    await settle();
    on.stop(ref);
    await settle();
    return open;
  },
};

for (const [state, reach] of Object.entries(states)) {
  test(
    `stop while ${state}: what waits is refused, and no behaviour begins any more`,
    scene(async (t, on) => {
      const actor = puppet('a');
      const ref = await on.spawn(actor);
      const open = await reach(on, ref, actor);
      const asked = failureOf(
        ref.ask.answer(
          does(() => 'never'),
          forever,
        ),
      );
      ref.tell.note('never');
      on.stop(ref);
      open();
      t.true((await asked) instanceof ActorStoppedError);
      await on.world.advance(100);
      t.deepEqual(actor.log, ['a begins', 'a ends']);
      t.deepEqual(on.letters(), ['1 note stopped']);
      t.is(on.node.cells.size, 0);
    }),
  );

  test(
    `drain while ${state}: what waited before is handled${state === 'stopping' ? ' no more' : ''}`,
    scene(async (t, on) => {
      const actor = puppet('a');
      const ref = await on.spawn(actor);
      const open = await reach(on, ref, actor);
      const taken = state !== 'stopping' && state !== 'draining';
      ref.tell.note('before');
      on.stop(ref, { drain: true });
      ref.tell.note('after');
      open();
      await on.world.advance(100);
      const again = /failed|restarting|waiting/.test(state);
      t.deepEqual(actor.log, [
        ...(again ? ['a begins', 'a ends'] : []),
        'a begins',
        ...(taken ? ['a before'] : []),
        'a ends',
      ]);
      t.deepEqual(on.letters(), [taken ? '1 note stopped' : '2 note stopped']);
      t.is(on.node.cells.size, 0);
    }),
  );

  test(
    `kill while ${state}: it is gone at once, whatever it waits for`,
    scene(async (t, on) => {
      const actor = puppet('a');
      const ref = await on.spawn(actor);
      const open = await reach(on, ref, actor);
      on.stop(ref, { kill: true });
      await settle();
      t.is(on.node.cells.size, 0);
      t.deepEqual(actor.log, ['a begins', 'a ends']);
      open();
      await on.world.advance(100);
      t.deepEqual(actor.log, ['a begins', 'a ends']);
    }),
  );
}

test(
  'the asker of a killed handler gets ActorStoppedError, and the late result is ignored',
  scene(async (t, on) => {
    const ref = await on.spawn(puppet('a'));
    const [reply, failure] = [gate<string>(), gate()];
    const concurrent = failureOf(
      ref.ask.later(
        does(() => failure.passed),
        forever,
      ),
    );
    const asked = failureOf(
      ref.ask.answer(
        does(() => reply.passed),
        forever,
      ),
    );
    await settle();
    on.stop(ref, { kill: true });
    t.true((await asked) instanceof ActorStoppedError);
    t.true((await concurrent) instanceof ActorStoppedError);
    t.regex((await asked).message, /'answer' was not answered/);
    t.regex((await concurrent).message, /'later' was not answered/);
    reply.open('late');
    failure.fail(new Error('late'));
    await settle();
    t.deepEqual(on.failures(), []);
  }),
);

for (const first of [true, false]) {
  test(
    `kill ${first ? '' : 'after a stop '}reaches children, whose handlers and clean-up nobody waits for either`,
    scene(async (t, on) => {
      const { log } = puppet('log');
      const child = puppet('child', { log, begins: (ctx) => ctx.onStop(() => new Promise(() => {})) });
      const parent = puppet('parent', { log, begins: (ctx) => void ctx.spawn(child.definition) });
      const ref = await on.spawn(parent);
      on.refTo(child).tell.run(does(() => new Promise(() => {})));
      await settle();
      if (!first) {
        on.stop(ref);
        await on.world.advance(10_000);
        t.is(on.node.cells.size, 2, 'a plain stop waits for the child');
      }
      on.stop(ref, { kill: true });
      await settle();
      t.deepEqual(log.slice(2), ['child ends', 'parent ends']);
    }),
  );
}

test(
  'children that hold a restart are not killed when it becomes a stop: they may take their time',
  scene(async (t, on) => {
    const { log } = puppet('log');
    const child = puppet('child', { log });
    const parent = puppet('parent', { log, begins: (ctx) => void ctx.spawn(child.definition) });
    const ref = await on.spawn(parent);
    const { passed, open } = gate<string>();
    const asked = on.refTo(child).ask.answer(
      does(() => passed),
      forever,
    );
    ref.tell.run(fails('boom'));
    await settle();
    on.stop(ref);
    await on.world.advance(10_000);
    open('in its own time');
    t.is(await asked, 'in its own time');
    await settle();
    t.deepEqual(log.slice(2), ['child ends', 'parent ends']);
  }),
);

test(
  'clean-up of a killed actor runs all the same, last registered first, and its failures are reported',
  scene(async (t, on) => {
    const actor = puppet('a', {
      begins: (ctx) => {
        ctx.onStop(() => actor.log.push('second'));
        ctx.onStop(() => {
          actor.log.push('first');
          throw new Error('boom');
        });
      },
    });
    const ref = await on.spawn(actor, { name: 'a' });
    ref.tell.run(does(() => new Promise(() => {})));
    await settle();
    on.stop(ref, { kill: true });
    await settle();
    t.deepEqual(actor.log, ['a begins', 'first', 'second', 'a ends']);
    t.deepEqual(on.failures(), ['0/a onStop: boom -> none']);
  }),
);

test(
  'a stop aborts the signal of the running handler; a drain does so only when a stop follows',
  scene(async (t, on) => {
    const seen: string[] = [];
    const waiting = (label: string) =>
      does(
        (ctx) =>
          new Promise<void>((resolve) =>
            ctx.signal.addEventListener('abort', () => {
              seen.push(`${label} ${(ctx.signal.reason as Error).name}`);
              resolve();
            }),
          ),
      );
    const [first, second] = [await on.spawn(puppet('first')), await on.spawn(puppet('second'))];
    const asked = first.ask.answer(waiting('ask'));
    second.tell.run(waiting('tell'));
    await settle();
    on.stop(first);
    on.stop(second, { drain: true });
    await settle();
    t.deepEqual(seen, ['ask ActorStoppedError']);
    await asked;
    on.stop(second);
    await settle();
    t.deepEqual(seen, ['ask ActorStoppedError', 'tell ActorStoppedError']);
  }),
);

test(
  'a signal that is first looked at after the stop is aborted already',
  scene(async (t, on) => {
    const ref = await on.spawn(puppet('a'));
    const { passed, open } = gate();
    const asked = ref.ask.answer(does((ctx) => passed.then(() => ctx.signal.aborted)));
    await settle();
    on.stop(ref);
    open();
    t.is(await asked, true);
  }),
);

test(
  'an actor that stops itself finishes its handler; timers that were due and messages are not handled',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const { passed, open } = gate();
    const asked = ref.ask.answer(
      does(async (ctx) => {
        ctx.after(1, () => actor.log.push('timer'));
        await passed;
        ctx.stop();
        return 'done';
      }),
    );
    ref.tell.note('never');
    await on.world.advance(5);
    open();
    t.is(await asked, 'done');
    await settle();
    t.deepEqual(actor.log, ['a begins', 'a ends']);
    t.deepEqual(on.letters(), ['1 note stopped']);
  }),
);

test(
  'an actor that stops itself in a handler that waits for nothing is gone in the same turn, and refuses what waits',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    ref.tell.run(does((ctx) => ctx.stop()));
    ref.tell.note('never');
    await Promise.resolve();
    t.is(on.node.cells.size, 0);
    await settle();
    t.deepEqual(actor.log, ['a begins', 'a ends']);
    t.deepEqual(on.letters(), ['1 note stopped']);
  }),
);

/** An actor that does what a test says in `create`, and nothing else. */
function brief(create: (ctx: Context<{ note: Tell<z.ZodString> }>) => void, log: string[] = []) {
  const protocol = { note: tell(z.string()) };
  const definition = actor(`stopping/brief/${briefs++}`, {
    protocol,
    create: (_args, ctx) => {
      create(ctx);
      return { note: (text) => log.push(text) };
    },
  });
  return definition as Definition;
}

test(
  'an actor that stops itself in create is gone before spawn returns, and its end is told like any other',
  scene(async (t, on) => {
    const spawned = on.node.spawn(
      brief((ctx) => ctx.stop()),
      undefined,
      undefined,
      0,
      undefined,
    );
    t.is(on.node.cells.size, 0);
    const of = on.events.map((event) => event.type);
    t.deepEqual(of, ['started', 'stopped']);
    const ref = (await spawned) as unknown as Ref<{ note: Tell<z.ZodString> }>;
    t.true(ref.tell.note('late'));
    await settle();
    t.deepEqual(on.letters(), ['1 note stopped']);
  }),
);

test(
  'what is begun in create ends with an actor that stops itself there: timers, watches, messages to itself',
  scene(async (t, on) => {
    const log: string[] = [];
    const other = await on.spawn(puppet('other'));
    const spawned = on.node.spawn(
      brief((ctx) => {
        ctx.after(1, () => log.push('timer'));
        ctx.watch(other, () => log.push('other stopped'));
        ctx.self.tell.note('to itself');
        ctx.stop();
      }, log),
      undefined,
      undefined,
      0,
      undefined,
    );
    t.is(on.node.cells.size, 1);
    t.is(on.node.watches.size, 0);
    t.is(on.world.pending, 0);
    await spawned;
    on.stop(other);
    await on.world.advance(5);
    t.deepEqual(log, []);
    t.deepEqual(on.letters(), ['1 note stopped']);
  }),
);

test(
  'an actor that drains itself in create handles what it has told itself',
  scene(async (t, on) => {
    const log: string[] = [];
    await on.node.spawn(
      brief((ctx) => {
        ctx.self.tell.note('to itself');
        ctx.stop(undefined, { drain: true });
      }, log),
      undefined,
      undefined,
      0,
      undefined,
    );
    await settle();
    t.deepEqual(log, ['to itself']);
    t.is(on.node.cells.size, 0);
  }),
);

test(
  'an actor that stops itself in create waits for its children; if it throws as well, its spawn rejects',
  scene(async (t, on) => {
    const { log } = puppet('log');
    const child = puppet('child', { log });
    const parent = puppet('parent', {
      log,
      begins: (ctx) => {
        ctx.spawn(child.definition);
        ctx.stop();
      },
    });
    await on.spawn(parent);
    await settle();
    t.deepEqual(log, ['parent begins', 'child begins', 'child ends', 'parent ends']);
    const failing = puppet('failing', {
      begins: (ctx) => {
        ctx.stop();
        throw new Error('boom');
      },
    });
    t.is((await failureOf(on.spawn(failing))).message, 'boom');
    await settle();
    t.is(on.node.cells.size, 0);
  }),
);

test(
  'an actor that only watched leaves no watch behind when it stops',
  scene(async (t, on) => {
    const other = await on.spawn(puppet('other'));
    const ref = await on.node.spawn(
      brief((ctx) => void ctx.watch(other, () => {})),
      undefined,
      undefined,
      0,
      undefined,
    );
    t.is(on.node.watches.size, 1);
    on.node.stop(ref, false);
    await settle();
    t.is(on.node.watches.size, 0);
  }),
);

test(
  'a child that stops its parent in create: the parent ends after it, and begins nothing more',
  scene(async (t, on) => {
    const { log } = puppet('log');
    const child = puppet('child', { log });
    const parent = puppet('parent', {
      log,
      begins: (ctx) => {
        const eager = brief(() => {
          log.push('eager begins');
          ctx.stop();
        });
        ctx.spawn(eager);
        void failureOf(ctx.spawn(child.definition));
      },
    });
    await on.spawn(parent);
    await settle();
    t.deepEqual(log, ['parent begins', 'eager begins', 'parent ends']);
    t.is(on.node.cells.size, 0);
  }),
);

test(
  'a drain handles timers that are due, and ends although concurrent asks are open: those reject',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const { passed, open } = gate();
    const concurrent = failureOf(
      ref.ask.later(
        does(() => new Promise(() => {})),
        forever,
      ),
    );
    ref.tell.run(
      does((ctx) => {
        ctx.after(1, () => actor.log.push('timer'));
        return passed;
      }),
    );
    await on.world.advance(5);
    on.stop(ref, { drain: true });
    open();
    t.true((await concurrent) instanceof ActorStoppedError);
    await settle();
    t.deepEqual(actor.log, ['a begins', 'timer', 'a ends']);
  }),
);

test(
  "another node's death doesn't hurry a clean-up that takes its time",
  scene(async (t, on) => {
    const { passed, open } = gate();
    const actor = puppet('a', {
      begins: (ctx) => {
        ctx.onStop(() => actor.log.push('second'));
        ctx.onStop(() => passed);
      },
    });
    const ref = await on.spawn(actor);
    on.stop(ref);
    await settle();
    on.node.endings.nodeDown(7, 'it was ended', undefined);
    await settle();
    t.deepEqual(actor.log, ['a begins']);
    t.is(on.node.cells.size, 1);
    open();
    await settle();
    t.deepEqual(actor.log, ['a begins', 'second', 'a ends']);
    t.is(on.ends().length, 1);
  }),
);

test(
  'stopping an actor again, or one that is gone, changes nothing',
  scene(async (t, on) => {
    const ref = await on.spawn(puppet('a'));
    for (let i = 0; i < 3; i++) on.stop(ref);
    await settle();
    on.stop(ref);
    on.stop(ref, { drain: true });
    on.stop(ref, { kill: true });
    await settle();
    t.is(on.ends().length, 1);
  }),
);
