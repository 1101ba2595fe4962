// Mailboxes: other handlers for the same messages, overflow, and asks that are given up.
import test from 'ava';
import {
  ActorStoppedError,
  AskTimeoutError,
  HandlerMismatchError,
  type Handlers,
  MailboxFullError,
} from '../../lib/index.ts';
import { failureOf } from '../fixtures/failing.ts';
import { settle } from '../fixtures/manualWorld.ts';
import {
  does,
  fails,
  gate,
  type PuppetProtocol,
  type PuppetRef,
  puppet,
  scene,
} from '../fixtures/puppets.ts';

const forever = { timeoutMs: Number.POSITIVE_INFINITY };

/** Keeps the actor busy until the returned function is called. */
async function hold(ref: PuppetRef): Promise<() => void> {
  const { passed, open } = gate();
  ref.tell.run(does(() => passed));
  await settle();
  return open;
}

// Become.

function handlers(log: string[], label: string): Handlers<typeof PuppetProtocol> {
  return {
    note: (text) => log.push(`${label}: ${text}`),
    run: () => log.push(`${label}: run`),
    answer: () => label,
    later: () => label,
  };
}

test(
  "become's handlers handle from the next message on, until a restart goes back to create's",
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const becoming = ref.ask.answer(
      does((ctx) => {
        ctx.become({
          ...handlers(actor.log, 'other'),
          run: () => {
            throw new Error('boom');
          },
        });
        return 'by the first';
      }),
    );
    t.is(await becoming, 'by the first');
    ref.tell.note('hello');
    t.is(await ref.ask.answer(0), 'other');
    ref.tell.run(0);
    ref.tell.note('again');
    await on.world.advance(9);
    t.deepEqual(actor.log, ['a begins', 'other: hello', 'a ends', 'a begins', 'a again']);
  }),
);

test(
  'become refuses handlers that the protocol lacks or that are missing, and nothing changes',
  scene(async (t, on) => {
    const actor = puppet('a', { supervision: { onFailure: 'resume' } });
    const ref = await on.spawn(actor);
    const full = handlers(actor.log, 'other');
    const { later: _, ...missing } = full;
    for (const [wrong, message] of [
      [missing, /no handler for 'later'/],
      [{ ...full, nope: () => {} }, /doesn't name: 'nope'/],
    ] as const) {
      const error = await failureOf(ref.ask.answer(does((ctx) => ctx.become(wrong as never))));
      t.true(error instanceof HandlerMismatchError);
      t.regex(error.message, message);
    }
    t.is(await ref.ask.answer(does(() => 'still the first')), 'still the first');
  }),
);

// Overflow.

test(
  'reject: tell says false and nothing was sent; asks wait for room and are handled',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor, { mailbox: { capacity: 2 } });
    const open = await hold(ref);
    t.true(ref.tell.note('first'));
    t.true(ref.tell.note('second'));
    t.false(ref.tell.note('refused'));
    const asked = ref.ask.answer(does(() => 'asked'));
    open();
    t.is(await asked, 'asked');
    t.deepEqual(actor.log, ['a begins', 'a first', 'a second']);
    await settle();
    t.deepEqual(on.letters(), []);
  }),
);

for (const [overflow, kept] of [
  ['drop-newest', ['a 1', 'a 2']],
  ['drop-oldest', ['a 3', 'a 4']],
] as const) {
  test(
    `${overflow}: tell says true, nobody waits, and what is given up is a dead letter`,
    scene(async (t, on) => {
      const actor = puppet('a');
      const ref = await on.spawn(actor, { mailbox: { capacity: 2, overflow } });
      const open = await hold(ref);
      for (const text of ['1', '2', '3', '4']) t.true(ref.tell.note(text));
      await settle();
      t.deepEqual(on.letters(), ['2 note dropped']);
      open();
      await settle();
      t.deepEqual(actor.log, ['a begins', ...kept]);
    }),
  );

  test(
    `${overflow}: an ask that is given up rejects with MailboxFullError`,
    scene(async (t, on) => {
      const ref = await on.spawn(puppet('a'), { mailbox: { capacity: 1, overflow } });
      const open = await hold(ref);
      const asks = ['first', 'second'].map((text) =>
        ref.ask.answer(
          does(() => text),
          forever,
        ),
      );
      const [given, answered] = overflow === 'drop-newest' ? [1, 0] : [0, 1];
      const error = await failureOf(asks[given]!);
      t.true(error instanceof MailboxFullError);
      t.regex(error.message, /is full \(1 message\)/);
      open();
      t.is(await asks[answered], ['first', 'second'][answered]);
      await settle();
      t.deepEqual(on.letters(), []);
    }),
  );
}

test(
  'an actor that waits to begin again has the same bound, and overflows as it does otherwise',
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor, { mailbox: { capacity: 1, overflow: 'drop-oldest' } });
    ref.tell.run(fails('boom'));
    await settle();
    for (const text of ['1', '2', '3']) t.true(ref.tell.note(text));
    await on.world.advance(9);
    t.deepEqual(actor.log.slice(3), ['a 3']);
    t.deepEqual(on.letters(), ['2 note dropped']);
  }),
);

test(
  'senders that wait for room learn of the stop: sends become dead letters, asks reject',
  scene(async (t, on) => {
    const ref = await on.spawn(puppet('a'), { mailbox: { capacity: 1 } });
    const open = await hold(ref);
    ref.tell.note('in the mailbox');
    const sent = ref.send.note('waits');
    const asked = failureOf(
      ref.ask.answer(
        does(() => 'never'),
        forever,
      ),
    );
    on.stop(ref);
    open();
    await sent;
    t.true((await asked) instanceof ActorStoppedError);
    await settle();
    t.deepEqual(on.letters(), ['2 note stopped']);
  }),
);

// Asks that are given up.

test(
  "an aborted ask aborts its handler's signal, and no other",
  scene(async (t, on) => {
    const ref = await on.spawn(puppet('a'));
    const controller = new AbortController();
    const signals: AbortSignal[] = [];
    const watching = does(async (ctx) => {
      signals.push(ctx.signal);
      await new Promise(() => {});
    });
    const aborted = failureOf(ref.ask.later(watching, { signal: controller.signal }));
    void failureOf(ref.ask.later(watching, forever));
    await settle();
    const reason = new Error('changed my mind');
    controller.abort(reason);
    t.is(await aborted, reason);
    t.deepEqual(
      signals.map((signal) => signal.aborted),
      [true, false],
    );
    t.is((signals[0]!.reason as Error).name, 'AbortError');
  }),
);

test(
  'a handler that first looks at its signal after the asker gave up finds it aborted',
  scene(async (t, on) => {
    const ref = await on.spawn(puppet('a'));
    const { passed, open } = gate();
    let seen: boolean | undefined;
    const asked = failureOf(
      ref.ask.answer(
        does(async (ctx) => {
          await passed;
          seen = ctx.signal.aborted;
        }),
        { timeoutMs: 10 },
      ),
    );
    await on.world.advance(20);
    t.true((await asked) instanceof AskTimeoutError);
    open();
    await settle();
    t.is(seen, true);
  }),
);

test(
  "after an ask is answered, the actor's signal is its own again",
  scene(async (t, on) => {
    const actor = puppet('a');
    const ref = await on.spawn(actor);
    const signals: AbortSignal[] = [];
    await ref.ask.answer(does((ctx) => void signals.push(ctx.signal)));
    signals.push(actor.contexts[0]!.signal);
    ref.tell.run(does((ctx) => void signals.push(ctx.signal)));
    await settle();
    const [ofAsk, afterwards, ofTell] = signals;
    t.not(ofAsk, afterwards);
    t.is(afterwards, ofTell);
    on.stop(ref);
    await settle();
    t.deepEqual(
      signals.map((signal) => signal.aborted),
      [false, true, true],
    );
  }),
);
