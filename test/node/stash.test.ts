// Messages put aside for later.
import test from 'ava';
import { ActorStoppedError, AskTimeoutError, InvalidOptionError, StashFullError } from '../../lib/index.ts';
import { failureOf } from '../fixtures/failing.ts';
import { settle } from '../fixtures/manualWorld.ts';
import { does, fails, gate, puppet, scene } from '../fixtures/puppets.ts';

const forever = { timeoutMs: Number.POSITIVE_INFINITY };

/** A job that puts its message aside at its first time, and does `job` at its second. */
function laterDoes(job: () => unknown = () => 'done'): number {
  let times = 0;
  return does((ctx) => {
    if (times++ > 0) return job();
    ctx.stash();
    return 'ignored';
  });
}

const unstashes = does((ctx) => ctx.unstashAll());

test(
  'messages put aside come back in their order, before those that wait',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const asked = ref.ask.answer(laterDoes(() => actor.log.push('first')));
    ref.tell.run(laterDoes(() => actor.log.push('second')));
    ref.tell.run(unstashes);
    ref.tell.note('third');
    await settle();
    t.deepEqual(actor.log, ['a begins', 'first', 'second', 'a third']);
    t.is(typeof (await asked), 'number');
  }),
);

for (const later of [false, true]) {
  test(
    `a handler that puts its message aside and all back at once has it handled again in its order${later ? ', also where it waits then' : ''}`,
    scene(async (t, on) => {
      const actor = puppet('a');
      const ref = await on.spawn(actor);
      ref.tell.run(laterDoes(() => actor.log.push('first')));
      let times = 0;
      const asked = ref.ask.answer(
        does((ctx) => {
          if (times++ > 0) return actor.log.push('second');
          ctx.stash();
          ctx.unstashAll();
          return later ? Promise.resolve() : undefined;
        }),
      );
      ref.tell.note('third');
      await settle();
      t.deepEqual(actor.log, ['a begins', 'first', 'second', 'a third']);
      t.is(typeof (await asked), 'number');
    }),
  );
}

test(
  'a message may be put aside again and again; what its handler returns meanwhile is ignored',
  scene(async (t, on) => {
    const ref = await on.spawn(puppet('a'));
    let times = 0;
    const asked = ref.ask.answer(
      does(async (ctx) => {
        if (times++ === 3) return 'at last';
        ctx.stash();
        ctx.stash();
        await Promise.resolve();
        return 'too early';
      }),
    );
    for (let i = 0; i < 3; i++) ref.tell.run(unstashes);
    t.is(await asked, 'at last');
    await settle();
    t.is(times, 4, 'put aside twice, it comes back once');
  }),
);

test(
  'the stash holds as many messages as the mailbox; one more fails the handler',
  scene(async (t, on) => {
    const actor = puppet('a', { supervision: { onFailure: 'resume' } });
    const ref = await on.spawn(actor, { mailbox: { capacity: 2 } });
    const aside = [ref.ask.answer(laterDoes()), ref.ask.answer(laterDoes())];
    await settle();
    const error = await failureOf(ref.ask.answer(laterDoes()));
    t.true(error instanceof StashFullError);
    t.regex(error.message, /is full \(2 messages\): call unstashAll/);
    ref.tell.run(unstashes);
    t.deepEqual(await Promise.all(aside), ['done', 'done']);
  }),
);

test(
  'an ask put aside that times out or is aborted is never handled',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const controller = new AbortController();
    const handled = (label: string) => laterDoes(() => actor.log.push(label));
    const late = failureOf(ref.ask.answer(handled('late'), { timeoutMs: 10 }));
    const aborted = failureOf(ref.ask.answer(handled('aborted'), { signal: controller.signal }));
    ref.tell.run(handled('kept'));
    await on.world.advance(20);
    t.true((await late) instanceof AskTimeoutError);
    controller.abort();
    t.is((await aborted).name, 'AbortError');
    ref.tell.run(unstashes);
    await settle();
    t.deepEqual(actor.log, ['a begins', 'kept']);
  }),
);

test(
  'an ask that is given up between its return from the stash and its turn is not handled either',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const controller = new AbortController();
    const asked = failureOf(
      ref.ask.answer(
        laterDoes(() => actor.log.push('handled')),
        { signal: controller.signal },
      ),
    );
    const { passed, open } = gate();
    ref.tell.run(
      does((ctx) => {
        ctx.unstashAll();
        return passed;
      }),
    );
    await settle();
    controller.abort();
    t.is((await asked).name, 'AbortError');
    open();
    await settle();
    t.deepEqual(actor.log, ['a begins']);
  }),
);

test(
  'a handler that puts its message aside and then fails fails the actor; the message is kept for the next behaviour',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor, { name: 'a' });
    let times = 0;
    const asked = ref.ask.answer(
      does((ctx) => {
        if (times++ > 0) return 'by the next one';
        ctx.stash();
        throw new Error('boom');
      }),
    );
    await on.world.advance(9);
    t.is(await asked, 'by the next one');
    t.deepEqual(on.failures(), ['0/a answer: boom -> restart']);
  }),
);

test(
  'what is put aside outlives a restart, and is handled first afterwards',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    ref.tell.run(laterDoes(() => actor.log.push('put aside')));
    ref.tell.run(fails('boom'));
    ref.tell.note('waited');
    await on.world.advance(9);
    t.deepEqual(actor.log.slice(3), ['put aside', 'a waited']);
  }),
);

for (const drain of [false, true]) {
  test(
    `what is put aside when the actor ${drain ? 'has drained' : 'stops'} is refused like what waits`,
    scene(async (t, on) => {
      const ref = await on.spawn(puppet('a'));
      const asked = failureOf(ref.ask.answer(laterDoes(), forever));
      ref.tell.run(laterDoes());
      await settle();
      on.stop(ref, { drain });
      t.true((await asked) instanceof ActorStoppedError);
      await settle();
      t.deepEqual(on.letters(), ['1 run stopped']);
    }),
  );
}

for (const [where, job] of [
  [
    'after an await',
    async (ctx) => {
      await Promise.resolve();
      ctx.stash();
    },
  ],
  ['in a timer', (ctx) => void ctx.after(0, () => ctx.stash())],
] as readonly [string, Parameters<typeof does>[0]][]) {
  test(
    `stash ${where} is refused with a clear error`,
    scene(async (t, on) => {
      const ref = await on.spawn(puppet('a'), { name: 'a' });
      ref.tell.run(does(job));
      await on.world.advance(0);
      await settle();
      const failed = on.events.find((event) => event.type === 'failed');
      t.true(failed?.error instanceof InvalidOptionError);
      t.regex(failed!.error.message, /stash\(\) of 0\/a belongs into the handler.*before its first await/);
    }),
  );
}

test(
  'unstashAll with nothing put aside does nothing',
  scene(async (t, on) => {
    const ref = await on.spawn(puppet('a'));
    await ref.ask.answer(unstashes);
    t.is(await ref.ask.answer(does(() => 'fine')), 'fine');
  }),
);

test(
  'a sender that waits for room in a mailbox filled by unstashAll gets it',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor, { mailbox: { capacity: 2 } });
    for (const text of ['first', 'second']) {
      ref.tell.run(laterDoes(() => actor.log.push(text)));
      await settle();
    }
    const { passed, open } = gate();
    ref.tell.run(
      does((ctx) => {
        ctx.unstashAll();
        return passed;
      }),
    );
    await settle();
    t.false(ref.tell.note('refused'));
    const sent = ref.send.note('sent');
    open();
    await sent;
    await settle();
    t.deepEqual(actor.log, ['a begins', 'first', 'second', 'a sent']);
  }),
);
