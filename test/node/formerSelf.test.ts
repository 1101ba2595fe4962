// What is left of a behaviour that has ended: its context has no effect on the one that came after it.
import test from 'ava';
import { ActorRestartedError, ActorStoppedError } from '../../lib/index.ts';
import { failureOf } from '../fixtures/failing.ts';
import { settle } from '../fixtures/manualWorld.ts';
import { does, fails, gate, type PuppetContext, puppet, type Stage, scene } from '../fixtures/puppets.ts';

/** An actor that has been restarted, and the context of its former behaviour. */
async function restarted(on: Stage) {
  const actor = puppet('a');
  const ref = await on.spawn(actor);
  ref.tell.run(fails('boom'));
  await on.world.advance(9);
  actor.log.length = 0;
  return { actor, ref, former: actor.contexts[0]! };
}

/** One that handles everything by writing what it is called into the log. */
function handlersOf(log: string[], label: string) {
  const write = () => log.push(label);
  return { note: write, run: write, answer: write, later: write };
}

test(
  'timers, watches and clean-up callbacks of a former behaviour are never run',
  scene(async (t, on) => {
    const { actor, ref, former } = await restarted(on);
    const gone = await on.spawn(puppet('gone'));
    const write = (what: string) => () => actor.log.push(what);
    former.after(1, write('after'));
    former.every(1, write('every'));
    former.watch(gone, write('watch'));
    former.onStop(write('onStop'));
    on.stop(gone);
    await on.world.advance(10);
    on.stop(ref);
    await settle();
    t.deepEqual(actor.log, ['a ends']);
  }),
);

test(
  'a former behaviour spawns nothing, and is told why',
  scene(async (t, on) => {
    const child = puppet('child');
    const { ref, former } = await restarted(on);
    t.true((await failureOf(former.spawn(child.definition))) instanceof ActorRestartedError);
    on.stop(ref);
    await settle();
    t.true((await failureOf(former.spawn(child.definition))) instanceof ActorStoppedError);
    t.deepEqual(child.log, []);
  }),
);

test(
  'a former behaviour neither stops the next one, nor changes its handlers, nor touches its stash',
  scene(async (t, on) => {
    const { actor, ref, former } = await restarted(on);
    ref.tell.run(does((ctx) => ctx.stash()));
    await settle();
    former.stop();
    former.stop(former.self);
    former.stop(ref, { kill: true });
    former.become(handlersOf(actor.log, 'become') as never);
    former.stash();
    former.unstashAll();
    ref.tell.note('still here');
    await settle();
    t.deepEqual(actor.log, ['a still here']);
  }),
);

test(
  "a former behaviour's signal stays aborted, with the restart as the reason",
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const signals: AbortSignal[] = [];
    ref.tell.run(
      does((ctx) => {
        signals.push(ctx.signal);
        throw new Error('boom');
      }),
    );
    await on.world.advance(9);
    const [former, present] = actor.contexts as [PuppetContext, PuppetContext];
    t.true(signals[0]!.aborted);
    t.true(signals[0]!.reason instanceof ActorRestartedError);
    t.true(former.signal.aborted);
    t.false(present.signal.aborted);
    t.not(present.signal, former.signal);
  }),
);

test(
  'an async handler that goes on after its actor was killed has no effect',
  scene(async (t, on) => {
    const child = puppet('child');
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const { passed, open } = gate();
    let spawned: Promise<Error> | undefined;
    const asked = failureOf(
      ref.ask.answer(
        does(async (ctx) => {
          await passed;
          ctx.after(0, () => actor.log.push('timer'));
          spawned = failureOf(ctx.spawn(child.definition));
          return 'too late';
        }),
      ),
    );
    await settle();
    on.stop(ref, { kill: true });
    t.true((await asked) instanceof ActorStoppedError);
    open();
    await on.world.advance(10);
    t.true((await spawned) instanceof ActorStoppedError);
    t.deepEqual(actor.log, ['a begins', 'a ends']);
    t.deepEqual(on.failures(), []);
  }),
);

test(
  'what a former behaviour still knows: itself, its node, the time, chance and its log',
  scene(async (t, on) => {
    const { ref, former } = await restarted(on);
    t.true(former.self.equals(ref));
    t.is(former.node, 0);
    t.is(former.now(), on.world.clock.now());
    t.is(former.random(), 0.5);
    former.log.info('still here');
    t.like(on.events.at(-1), { type: 'log', text: 'still here' });
  }),
);
