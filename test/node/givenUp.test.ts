// Handlers that end because nobody wants their result any more.
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { ActorStoppedError } from '../../lib/index.ts';
import { failureOf } from '../fixtures/failing.ts';
import { settle } from '../fixtures/manualWorld.ts';
import { does, gate, type PuppetContext, puppet, scene } from '../fixtures/puppets.ts';

const longMs = 100_000;
const forever = { timeoutMs: Number.POSITIVE_INFINITY };

function untilAborted({ signal }: PuppetContext): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

/** What code that takes a signal does. */
const ways: readonly [string, (ctx: PuppetContext) => Promise<unknown>][] = [
  ['the reason itself', untilAborted],
  ['an error caused by it', ({ signal }) => sleep(longMs, undefined, { signal })],
  [
    'an error of its own around it',
    async (ctx) => {
      try {
        await untilAborted(ctx);
      } catch (error) {
        throw new Error('no page', { cause: new Error('no connection', { cause: error }) });
      }
    },
  ],
];

for (const [title, way] of ways) {
  for (const message of ['answer', 'later'] as const) {
    test(
      `a handler that ends with its aborted signal's reason hasn't failed: its actor goes on (${title}, ${message})`,
      scene(async (t, on) => {
        const actor = puppet('a');
        const ref = await on.spawn(actor);
        const controller = new AbortController();
        const asked = failureOf(ref.ask[message](does(way), { ...forever, signal: controller.signal }));
        await settle();
        controller.abort(new Error('changed my mind'));
        t.is((await asked).message, 'changed my mind');
        await settle();
        t.is(await ref.ask.answer(does(() => 'here')), 'here');
        t.deepEqual(on.failures(), []);
        t.deepEqual(actor.log, ['a begins']);
      }),
    );
  }
}

test(
  'an error that has nothing to do with the aborted signal is a failure',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const controller = new AbortController();
    const { passed, open } = gate();
    const asked = failureOf(
      ref.ask.later(
        does(async (ctx) => {
          ctx.signal.throwIfAborted();
          await passed;
          throw new Error('boom', { cause: new DOMException('the asker gave up', 'AbortError') });
        }),
        { signal: controller.signal },
      ),
    );
    await settle();
    controller.abort();
    await asked;
    open();
    await settle();
    t.is(on.failures().length, 1);
  }),
);

test(
  "a handler that ends since its actor stops isn't reported, and its asker is told of the stop",
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const asked = failureOf(ref.ask.answer(does(ways[1]![1]), forever));
    await settle();
    on.stop(ref);
    t.true((await asked) instanceof ActorStoppedError);
    t.deepEqual(on.failures(), []);
    t.deepEqual(actor.log, ['a begins', 'a ends']);
  }),
);

test(
  'nor is a tell or a timer that ends since its actor stops',
  scene(async (t, on) => {
    for (const begin of [
      untilAborted,
      (ctx: PuppetContext) => void ctx.after(1, () => untilAborted(ctx)),
    ] as const) {
      const actor = puppet('a');
      const ref = await on.spawn(actor);
      ref.tell.run(does(begin));
      await on.world.advance(2);
      on.stop(ref);
      await settle();
      t.deepEqual(on.failures(), []);
      t.deepEqual(actor.log, ['a begins', 'a ends']);
    }
  }),
);
