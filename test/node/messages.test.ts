// What a ref does, on one node and between two: the same tests, since a behaviour must not see a difference.
import { getEventListeners } from 'node:events';
import test from 'ava';
import * as z from 'zod';
import {
  AskTimeoutError,
  actor,
  ask,
  InvalidMessageError,
  MessageLimitError,
  SelfAskError,
} from '../../lib/index.ts';
import { Companion, Counter, Echo, Recorder, type Tree, Troublemaker } from '../fixtures/actors.ts';
import { failureOf } from '../fixtures/failing.ts';
import { manualNode } from '../fixtures/manualWorld.ts';
import { nextEvent, systemFor } from '../fixtures/systems.ts';

for (const on of ['host', 'any'] as const) {
  const where = on === 'host' ? 'on the same node' : 'on another thread';

  test.serial(`tells arrive in order and an ask behind them sees them all, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const recorder = await system.spawn(Recorder, undefined, { on });
    const sent = Array.from({ length: 5000 }, (_, i) => `entry ${i} é 漢`);
    for (const entry of sent) if (!recorder.tell.record(entry)) await recorder.send.record(entry);
    t.deepEqual(await recorder.ask.entries(), sent);
  });

  test.serial(`an async handler holds the mailbox until it settles, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const recorder = await system.spawn(Recorder, undefined, { on });
    recorder.tell.recordSlowly('a');
    recorder.tell.recordSlowly('b');
    t.deepEqual(await recorder.ask.entries(), ['a begins', 'a ends', 'b begins', 'b ends']);
  });

  test.serial(`a bad message throws where it is sent, for tell and ask alike, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const counter = await system.spawn(Counter, { start: 1 }, { on });
    const echo = await system.spawn(Echo, undefined, { on });
    const error = t.throws(() => counter.tell.add('2' as never), { instanceOf: InvalidMessageError });
    t.is(error.issues.length, 1);
    t.regex(error.message, /'add' to \d\/test\/Counter#\d/);
    t.throws(() => void echo.ask.date('yesterday' as never), { instanceOf: InvalidMessageError });
    t.is(await counter.ask.total(), 1);
  });

  test.serial(`what arrives is the parsed output, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const echo = await system.spawn(Echo, undefined, { on });
    t.is(await echo.ask.trimmed('  word \n'), 'word');
    t.is(await echo.ask.length('four'), 4);
  });

  test.serial(`sender and receiver share nothing mutable, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const echo = await system.spawn(Echo, undefined, { on });
    const date = new Date(86_400_000);
    const data = new Uint8Array([1, 2, 3]);
    const value = { list: [{ deep: new Map([['k', new Set([1n])]]) }] };
    const asked = [echo.ask.date(date), echo.ask.bytes(data), echo.ask.anything(value)] as const;
    date.setTime(0);
    data.fill(9);
    value.list.push({ deep: new Map() });
    t.is((await asked[0]).getTime(), 86_400_000);
    t.deepEqual(await asked[1], new Uint8Array([1, 2, 3]));
    t.deepEqual(await asked[2], { list: [{ deep: new Map([['k', new Set([1n])]]) }] });
  });

  test.serial(
    `a message that nests too deep, or contains itself, is refused where it is sent, ${where}`,
    async (t) => {
      const system = await systemFor(t, { threads: 1 });
      const echo = await system.spawn(Echo, undefined, { on });
      const nested = (levels: number) => {
        let tree: Tree = { branches: [] };
        for (let i = 1; i < levels; i++) tree = { branches: [tree] };
        return tree;
      };
      const cyclic: Tree = { branches: [] };
      cyclic.branches.push(cyclic);
      t.deepEqual(await echo.ask.tree(nested(100)), nested(100));
      for (const tree of [nested(1000), cyclic]) {
        t.true((await failureOf(echo.ask.tree(tree))) instanceof MessageLimitError);
      }
    },
  );

  test.serial(`a function or an instance of a class is refused where it is sent, ${where}`, async (t) => {
    class Point {
      readonly x = 1;
    }
    const system = await systemFor(t, { threads: 1 });
    const echo = await system.spawn(Echo, undefined, { on });
    const failures = await Promise.all(
      [{ fn: () => 1 }, { at: [new Point()] }, { ref: echo }].map((value) =>
        failureOf(echo.ask.anything(value)),
      ),
    );
    t.deepEqual(new Set(failures.map((error) => error.code)), new Set(['ERR_THRUM_UNCLONEABLE_VALUE']));
    t.regex(failures[0]!.message, /a function at fn/);
    t.regex(failures[1]!.message, /instance of Point at at/);
    t.regex(failures[2]!.message, /refOf/);
  });

  test.serial(`an ask without an answer times out, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const actor = await system.spawn(Troublemaker, undefined, { on });
    const controller = new AbortController();
    const holding = failureOf(actor.ask.whenAborted({ signal: controller.signal }));
    await t.throwsAsync(actor.ask.never({ timeoutMs: 20 }), {
      instanceOf: AskTimeoutError,
      message: /didn't answer 'never' within 20 ms/,
    });
    controller.abort();
    await holding;
  });

  test.serial(
    `an aborted ask rejects with the signal's reason, and reaches the handler, ${where}`,
    async (t) => {
      const system = await systemFor(t, { threads: 1 });
      const actor = await system.spawn(Troublemaker, undefined, { on });
      const controller = new AbortController();
      const handling = nextEvent(system, 'log');
      const asked = actor.ask.whenAborted({ signal: controller.signal });
      await handling;
      const reason = new Error('changed my mind');
      controller.abort(reason);
      t.is(await failureOf(asked), reason);
      t.is(await failureOf(actor.ask.never({ signal: controller.signal })), reason);
      t.is(await actor.ask.abortReason(), 'AbortError');
    },
  );

  test.serial(`an ask that was given up before its turn is never handled, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const actor = await system.spawn(Troublemaker, undefined, { on });
    const [first, second] = [new AbortController(), new AbortController()];
    const handling = nextEvent(system, 'log');
    const holding = failureOf(actor.ask.whenAborted({ signal: first.signal }));
    await handling;
    const waiting = failureOf(actor.ask.never({ signal: second.signal }));
    second.abort();
    t.is((await waiting).name, 'AbortError');
    first.abort();
    await holding;
    // Had `never` been handled, this would wait behind it for good.
    t.is(await actor.ask.abortReason(), 'AbortError');
  });

  test.serial(`a full target pushes back; send and ask wait for room, in order, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const recorder = await system.spawn(Recorder, undefined, { on, mailbox: { capacity: 4 } });
    let accepted = 0;
    let refused = 0;
    // Until the target pushes back, which a slow reader of the ring may do late.
    while (refused === 0 && accepted < 100_000) {
      if (recorder.tell.record('told')) accepted++;
      else refused++;
    }
    t.is(refused, 1);
    const sends = ['a', 'b', 'c', 'd', 'e', 'f'].map((entry) => recorder.send.record(entry));
    t.false(recorder.tell.record('must not overtake what waits'));
    const entries = await recorder.ask.entries({ timeoutMs: Number.POSITIVE_INFINITY });
    await Promise.all(sends);
    t.deepEqual(entries.slice(-6), ['a', 'b', 'c', 'd', 'e', 'f']);
    if (on === 'host') t.is(entries.length, accepted + 6);
  });

  test.serial(`an ask that waits for room times out like any other, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const actor = await system.spawn(Troublemaker, undefined, { on, mailbox: { capacity: 1 } });
    const controller = new AbortController();
    const handling = nextEvent(system, 'log');
    const holding = failureOf(actor.ask.whenAborted({ signal: controller.signal }));
    await handling;
    const waiting = [1, 2, 3].map(() => failureOf(actor.ask.node({ timeoutMs: 30 })));
    const errors = await Promise.all(waiting);
    t.true(errors.every((error) => error instanceof AskTimeoutError));
    controller.abort();
    await holding;
    t.is(await actor.ask.node(), on === 'host' ? 0 : 1);
  });

  test.serial(`refs travel inside messages and replies, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 2 });
    const counter = await system.spawn(Counter, { start: 1 }, { on: 'host' });
    const companion = await system.spawn(Companion, undefined, { on });
    t.is(await companion.ask.addTo({ counter, n: 4 }), 5);
    const self = await companion.ask.self();
    t.true(self.equals(companion));
    t.is(self.id, companion.id);
    t.is(await self.ask.addTo({ counter, n: 1 }), 6);
    const child = await companion.ask.spawnCounter('here');
    t.is(child.node, await companion.ask.node());
    child.tell.add(7);
    t.is(await child.ask.total(), 7);
  });
}

test.serial('a ref to an actor with another protocol is refused by the schema', async (t) => {
  const system = await systemFor(t, { threads: 0 });
  const companion = await system.spawn(Companion);
  const echo = await system.spawn(Echo);
  t.throws(() => void companion.ask.addTo({ counter: echo as never, n: 1 }), {
    instanceOf: InvalidMessageError,
    message: /another protocol/,
  });
});

test.serial('an actor that asks itself is told at once', async (t) => {
  const system = await systemFor(t, { threads: 0 });
  const Narcissus = actor('test/Narcissus', {
    protocol: { name: ask(z.void(), z.string()), admire: ask(z.void(), z.string()) },
    create: (_args, ctx) => ({
      name: () => 'Narcissus',
      admire: () => ctx.self.ask.name(),
    }),
  });
  const narcissus = await system.spawn(Narcissus);
  const error = await failureOf(narcissus.ask.admire());
  t.true(error instanceof SelfAskError);
  t.regex(error.message, /asks itself 'name'/);
});

test.serial('a method taken off its ref says how to call it', async (t) => {
  const system = await systemFor(t, { threads: 0 });
  const counter = await system.spawn(Counter, {});
  const { add } = counter.tell;
  t.throws(() => add(1), { message: /call it as ref\.tell\.add/ });
});

test.serial('a ref is no data and belongs to its system', async (t) => {
  const [one, two] = [await systemFor(t, { threads: 0 }), await systemFor(t, { threads: 0 })];
  const counter = await one.spawn(Counter, {});
  t.throws(() => JSON.stringify({ counter }), { message: /can't go into JSON/ });
  const echo = await two.spawn(Companion);
  const error = await failureOf(echo.ask.addTo({ counter, n: 1 }));
  t.regex(error.message, /belongs to another system/);
});

test.serial('asks that never fail or settle late leave nothing behind', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const counter = await system.spawn(Counter, {});
  const asks = Array.from({ length: 20_000 }, () => counter.ask.total());
  t.is((await Promise.all(asks)).length, 20_000);
});

test('many asks share an abort signal without a warning, and all are given up with it', async (t) => {
  const { spawn } = manualNode();
  const Silent = actor('messages/Silent', {
    protocol: { wait: ask(z.void(), z.void(), { concurrent: true }) },
    create: () => ({ wait: () => new Promise<never>(() => {}) }),
  });
  const silent = await spawn(Silent);
  const controller = new AbortController();
  const asks = Array.from({ length: 50 }, () => failureOf(silent.ask.wait({ signal: controller.signal })));
  t.is(getEventListeners(controller.signal, 'abort').length, 1);
  controller.abort(new Error('enough'));
  const errors = await Promise.all(asks);
  t.true(errors.every(({ message }) => message === 'enough'));
  t.is(getEventListeners(controller.signal, 'abort').length, 0);
});
