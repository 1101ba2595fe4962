// How actors start, fail and stop, in a world whose clock the test moves.
import test from 'ava';
import * as z from 'zod';
import {
  ActorStoppedError,
  AskTimeoutError,
  actor,
  ask,
  type Context,
  type Directive,
  HandlerMismatchError,
  type Ref,
  refOf,
  tell,
} from '../../lib/index.ts';
import { failureOf } from '../fixtures/failing.ts';
import { manualNode, settle } from '../fixtures/manualWorld.ts';

interface Script {
  go?: (text: string) => unknown;
  answer?: (text: string) => string | Promise<string>;
  slowly?: (text: string) => string | Promise<string>;
}

const ScriptedProtocol = {
  go: tell(z.string()),
  answer: ask(z.string(), z.string()),
  slowly: ask(z.string(), z.string(), { concurrent: true }),
};

/** An actor that does what a test's function says, and a log for it to write in. */
function scripted(
  name: string,
  script: (ctx: Context, log: string[]) => Script = () => ({}),
  onFailure: Directive = 'stop',
) {
  const log: string[] = [];
  const definition = actor(name, {
    supervision: { onFailure },
    protocol: ScriptedProtocol,
    create: (_args, ctx) => ({
      go: (text: string) => log.push(`go ${text}`),
      answer: (text: string) => text,
      slowly: (text: string) => text,
      ...script(ctx as Context, log),
    }),
  });
  return { definition, log };
}

/** A promise and what settles it. */
function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

test('children stop before their parent, and onStop runs last registered first', async (t) => {
  const { node, spawn } = manualNode();
  const order: string[] = [];
  const child = scripted('life/Child', (ctx) => {
    ctx.onStop(async () => {
      await settle();
      order.push('child');
    });
    return {};
  });
  const parent = scripted('life/Parent', (ctx) => {
    ctx.onStop(() => order.push('parent, first registered'));
    ctx.onStop(() => order.push('parent, last registered'));
    return { answer: async () => (await ctx.spawn(child.definition)).path };
  });
  const ref = await spawn(parent.definition);
  await ref.ask.answer('spawn');
  node.stop(ref, false);
  await settle();
  await settle();
  t.deepEqual(order, ['child', 'parent, last registered', 'parent, first registered']);
  t.is(node.cells.size, 0);
});

for (const drain of [false, true]) {
  test(`stop lets the running handler finish and ${drain ? 'drains' : 'drops'} what waits`, async (t) => {
    const { node, events, spawn } = manualNode();
    const { passed, open } = gate();
    const { definition, log } = scripted(`life/Stopping ${drain}`, (_ctx, log) => ({
      answer: async (text) => {
        log.push('begins');
        await passed;
        log.push('ends');
        return text;
      },
    }));
    const ref = await spawn(definition);
    const answer = ref.ask.answer('kept');
    ref.tell.go('waiting');
    await settle();
    node.stop(ref, drain);
    open();
    t.is(await answer, 'kept');
    await settle();
    t.deepEqual(log, drain ? ['begins', 'ends', 'go waiting'] : ['begins', 'ends']);
    const letters = events.filter((event) => event.type === 'deadLetter');
    t.is(letters.length, drain ? 0 : 1);
    if (!drain) t.like(letters[0], { message: 'go', reason: 'stopped', count: 1 });
  });
}

test('a failing handler tells the asker, reports, and stops its actor', async (t) => {
  const { events, spawn } = manualNode();
  const { definition } = scripted('life/Failing', () => ({
    answer: () => {
      throw new RangeError('out of range');
    },
  }));
  const ref = await spawn(definition);
  const failed = failureOf(ref.ask.answer('x'));
  const behind = failureOf(ref.ask.slowly('behind'));
  t.true((await failed) instanceof RangeError);
  t.true((await behind) instanceof ActorStoppedError);
  await settle();
  const failure = events.find((event) => event.type === 'failed');
  t.like(failure, { during: 'answer', actor: '0/life/Failing#1' });
  t.like(
    events.find((event) => event.type === 'stopped'),
    { reason: { type: 'failed' } },
  );
  t.true(ref.tell.go('too late'));
  await settle();
  t.like(events.at(-1), { type: 'deadLetter', message: 'go', reason: 'stopped', count: 1 });
});

test('a throwing create rejects the spawn and leaves nothing behind', async (t) => {
  const { node, world, events, spawn } = manualNode();
  const { definition } = scripted('life/Unborn', (ctx) => {
    ctx.every(1, () => {});
    throw new Error('no');
  });
  t.is((await failureOf(spawn(definition))).message, 'no');
  await settle();
  t.is(node.cells.size, 0);
  t.is(world.pending, 0);
  t.deepEqual(events, []);
});

test('a create that throws something else rejects the spawn with an Error all the same', async (t) => {
  const { spawn } = manualNode();
  const { definition } = scripted('life/Thrown', () => {
    throw 'no';
  });
  const error = await failureOf(spawn(definition));
  t.true(error instanceof Error);
  t.is(error.cause, 'no');
});

test('a behaviour has exactly the handlers that its protocol names', async (t) => {
  const { spawn } = manualNode();
  const protocol = { one: tell(), two: tell() };
  const missing = actor('life/Missing', { protocol, create: () => ({ one() {} }) as never });
  const extra = actor('life/Extra', {
    protocol,
    create: () => {
      const handlers = { one() {}, two() {}, tow() {} };
      return handlers;
    },
  });
  class Methods {
    one() {}
    two() {}
    helper() {}
  }
  const instance = actor('life/Instance', { protocol, create: () => new Methods() });
  const promised = actor('life/Promised', { protocol, create: (async () => ({})) as never });
  for (const [definition, what] of [
    [missing, /no handler for 'two'/],
    [extra, /doesn't name: 'tow'/],
    [promised, /returned a promise/],
  ] as const) {
    const error = await failureOf(spawn(definition));
    t.true(error instanceof HandlerMismatchError);
    t.regex(error.message, what);
  }
  await t.notThrowsAsync(spawn(instance));
});

test('a create that returns a promise which rejects is refused, and the rejection ends nothing', async (t) => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  t.teardown(() => process.off('unhandledRejection', note));
  const { spawn } = manualNode();
  const create = (async () => {
    throw new Error('no database');
  }) as never;
  const error = await failureOf(spawn(actor('life/Rejected', { protocol: { one: tell() }, create })));
  t.true(error instanceof HandlerMismatchError);
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(unhandled, []);
});

test('timers are turns of the actor, and die with it', async (t) => {
  const { world, node, spawn } = manualNode();
  const { definition, log } = scripted('life/Timers', (ctx, log) => {
    const began = ctx.now();
    const note = (what: string) => () => log.push(`${what} at ${ctx.now() - began}`);
    ctx.after(30, note('after'));
    const cancel = ctx.every(20, note('every'));
    ctx.after(50, cancel);
    ctx.after(10, note('never'))();
    ctx.every(25, note('still'));
    return {};
  });
  const ref = await spawn(definition);
  await world.advance(80);
  t.deepEqual(log, [
    'every at 20',
    'still at 25',
    'after at 30',
    'every at 40',
    'still at 50',
    'still at 75',
  ]);
  node.stop(ref, false);
  await settle();
  t.is(world.pending, 0);
  await world.advance(100);
  t.is(log.length, 6);
});

test('a timer waits for the handler that runs, and one that fails stops the actor', async (t) => {
  const { world, events, spawn } = manualNode();
  const { passed, open } = gate();
  const { definition, log } = scripted('life/HeldTimers', (ctx, log) => ({
    answer: async (text) => {
      ctx.after(5, () => {
        log.push('timer');
        throw new Error('in a timer');
      });
      await passed;
      log.push('handler');
      return text;
    },
  }));
  const ref = await spawn(definition);
  const answer = ref.ask.answer('x', { timeoutMs: Number.POSITIVE_INFINITY });
  await world.advance(20);
  t.deepEqual(log, []);
  open();
  await answer;
  await settle();
  t.deepEqual(log, ['handler', 'timer']);
  t.like(
    events.find((event) => event.type === 'failed'),
    { during: 'a timer' },
  );
});

test('asks time out at their own time, whatever the order they were made in', async (t) => {
  const { world, node, spawn } = manualNode();
  const { definition } = scripted('life/Silent', () => ({ slowly: () => new Promise(() => {}) }));
  const ref = await spawn(definition);
  const settled: number[] = [];
  // Beyond one round of the timing wheel (4,096 ms), and on both sides of it.
  for (const timeoutMs of [9000, 10, 4100, 4090, 500, 20_000]) {
    ref.ask.slowly('', { timeoutMs }).catch((error) => {
      t.true(error instanceof AskTimeoutError);
      settled.push(timeoutMs);
    });
  }
  void ref.ask.slowly('', { timeoutMs: Number.POSITIVE_INFINITY });
  await world.advance(9);
  t.deepEqual(settled, []);
  await world.advance(5);
  t.deepEqual(settled, [10]);
  await world.advance(4090);
  t.deepEqual(settled, [10, 500, 4090, 4100]);
  await world.advance(20_000);
  t.deepEqual(settled, [10, 500, 4090, 4100, 9000, 20_000]);
  t.is(node.asks.size, 1);
  t.is(world.pending, 0);
});

test('a late reply settles nobody, even when its place has been taken', async (t) => {
  const { world, spawn } = manualNode();
  const replies: (() => void)[] = [];
  const { definition } = scripted('life/Late', () => ({
    slowly: (text) => new Promise((resolve) => replies.push(() => resolve(text))),
  }));
  const ref = await spawn(definition);
  const first = failureOf(ref.ask.slowly('first', { timeoutMs: 10 }));
  await world.advance(20);
  t.true((await first) instanceof AskTimeoutError);
  const second = ref.ask.slowly('second');
  await settle();
  replies[0]!();
  await settle();
  replies[1]!();
  t.is(await second, 'second');
});

test('concurrent asks go on while others are handled, and are refused when the actor stops', async (t) => {
  const { node, spawn } = manualNode();
  const { passed, open } = gate();
  const { definition } = scripted('life/Concurrent', () => ({
    slowly: async (text) => {
      if (text === 'first') await passed;
      else await new Promise(() => {});
      return text;
    },
  }));
  const ref = await spawn(definition);
  const first = ref.ask.slowly('first');
  t.is(await ref.ask.answer('meanwhile'), 'meanwhile');
  open();
  t.is(await first, 'first');
  const left = failureOf(ref.ask.slowly('left open'));
  await settle();
  node.stop(ref, false);
  const error = await left;
  t.true(error instanceof ActorStoppedError);
  t.regex(error.message, /'slowly' was not answered/);
});

test('an actor that stops refuses what waits before its children stop, since they may be the askers', async (t) => {
  const { node, spawn } = manualNode();
  const child = scripted('life/AskingChild', () => ({
    // Holds the child until the parent has answered.
    answer: (text) => parentRef!.ask.answer(text).catch((error: Error) => error.name),
  }));
  let parentRef: Ref<typeof ScriptedProtocol> | undefined;
  const { passed, open } = gate();
  let answers: Promise<unknown>[] = [];
  const parent = scripted('life/AskedParent', (ctx) => ({
    slowly: async () => {
      const children = [await ctx.spawn(child.definition), await ctx.spawn(child.definition)];
      answers = children.map((ref) => ref.ask.answer('?').catch((error: Error) => error.name));
      return 'started';
    },
    answer: async (text) => {
      await passed;
      return text;
    },
  }));
  parentRef = await spawn(parent.definition);
  await parentRef.ask.slowly('');
  await settle();
  // One child's ask is being handled, the other's waits in the mailbox.
  node.stop(parentRef, false);
  await settle();
  open();
  await settle();
  await settle();
  t.is(node.cells.size, 0);
  t.deepEqual(await Promise.all(answers), ['?', 'ActorStoppedError']);
});

test('a watch tells the reason once, at once for an actor that is gone, never after its end', async (t) => {
  const { node, spawn } = manualNode();
  const target = scripted('life/Target', () => ({
    answer: () => {
      throw new Error('the reason');
    },
  }));
  const seen: string[] = [];
  const ofTarget = refOf(() => ScriptedProtocol);
  const Watcher = actor('life/Watcher', {
    protocol: { watch: ask(ofTarget, z.void()), watchBriefly: ask(ofTarget, z.void()) },
    create: (_args, ctx) => ({
      watch(ref: Ref<typeof ScriptedProtocol>) {
        ctx.watch(ref, (reason) => seen.push('error' in reason ? reason.error.message : reason.type));
      },
      watchBriefly(ref: Ref<typeof ScriptedProtocol>) {
        ctx.watch(ref, () => seen.push('unwatched'))();
      },
    }),
  });
  const watcher = await spawn(Watcher);
  const [failing, stopping] = [await spawn(target.definition), await spawn(target.definition)];
  await watcher.ask.watch(failing);
  await watcher.ask.watch(stopping);
  await watcher.ask.watchBriefly(stopping);
  await failureOf(failing.ask.answer(''));
  node.stop(stopping, false);
  await settle();
  t.deepEqual(seen, ['the reason', 'stopped']);
  await watcher.ask.watch(failing);
  await settle();
  t.deepEqual(seen, ['the reason', 'stopped', 'unknown']);
});

test('an actor that floods itself leaves other actors and the event loop their turn', async (t) => {
  const { spawn } = manualNode();
  let flooding = true;
  const { definition } = scripted('life/Flooded', (ctx) => ({
    // Each message makes the next one: without a limit nothing else would ever run.
    go: (text) => {
      if (flooding) (ctx.self as Ref<typeof ScriptedProtocol>).tell.go(text);
    },
  }));
  const flooded = await spawn(definition);
  const calm = await spawn(scripted('life/Calm').definition);
  flooded.tell.go('again');
  t.is(await calm.ask.answer('heard'), 'heard');
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  flooding = false;
});

test('asking in a loop of microtasks leaves the event loop its turn', async (t) => {
  const { spawn, world } = manualNode();
  const { definition } = scripted('life/Busy');
  const ref = await spawn(definition);
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  t.teardown(() => clearInterval(timer));
  // The world's clock is the measure of a turn: each ask takes a millisecond of it.
  while (turns < 3) {
    await ref.ask.answer('x');
    world.tick(1);
  }
  t.pass();
});

test('a handler sleeps by the clock of its world, and not beyond the end of its behaviour', async (t) => {
  const { world, node, spawn } = manualNode();
  const { definition, log } = scripted('life/Sleeper', (ctx, log) => ({
    answer: async (text) => {
      await ctx.sleep(30);
      return text;
    },
    slowly: async (text) => {
      await ctx.sleep(1000).catch((error: Error) => log.push(error.name));
      await ctx.sleep(1).catch((error: Error) => log.push(error.name));
      return text;
    },
  }));
  const ref = await spawn(definition);
  let answered = false;
  const answer = ref.ask.answer('awake').finally(() => {
    answered = true;
  });
  await world.advance(29);
  t.false(answered);
  await world.advance(2);
  t.is(await answer, 'awake');
  const left = failureOf(ref.ask.slowly('never'));
  await settle();
  node.stop(ref, false);
  t.true((await left) instanceof ActorStoppedError);
  await settle();
  t.deepEqual(log, ['ActorStoppedError', 'ActorStoppedError']);
  t.is(world.pending, 0);
});
