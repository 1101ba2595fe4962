// What an asker, a watcher and the system see when a handler, a thread or a definition fails.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import * as z from 'zod';
import {
  ActorStoppedError,
  actor,
  ask,
  DefinitionNotFoundError,
  InvalidReplyError,
  NodeDownError,
  RemoteError,
} from '../../lib/index.ts';
import { Companion, Counter, OutOfStockError, Recorder, Troublemaker } from '../fixtures/actors.ts';
import { failureOf } from '../fixtures/failing.ts';
import { nextEvent, systemFor } from '../fixtures/systems.ts';

const run = promisify(execFile);

for (const on of ['host', 'any'] as const) {
  const where = on === 'host' ? 'on the same node' : 'from another thread';

  test.serial(
    `a listed error class arrives as itself, with code, data and both stacks, ${where}`,
    async (t) => {
      const system = await systemFor(t, { threads: 1 });
      const actor = await system.spawn(Troublemaker, undefined, { on });
      async function buyTooMuch() {
        await actor.ask.throwListed(3);
      }
      const error = (await failureOf(buyTooMuch())) as OutOfStockError;
      t.true(error instanceof OutOfStockError);
      t.is(error.name, 'OutOfStockError');
      t.is(error.message, 'only 3 left');
      t.is(error.code, 'E_OUT_OF_STOCK');
      t.is(error.left, 3);
      t.regex(error.stack!, /at Object\.throwListed .*actors/);
      t.regex(error.stack!, /asked 'throwListed of [\s\S]*at async buyTooMuch/);
    },
  );

  test.serial(`an error of an unknown class keeps name, message, code and cause, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const actor = await system.spawn(Troublemaker, undefined, { on });
    const error = await failureOf(actor.ask.throwUnlisted());
    if (on === 'any') t.true(error instanceof RemoteError);
    t.is(error.message, 'nobody knows my class');
    t.is(error.code, 'E_UNLISTED');
    t.true(error.cause instanceof RangeError);
    t.is((error.cause as Error).message, 'the cause');
  });

  test.serial(`whatever is thrown, the asker gets an Error, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const actor = await system.spawn(Troublemaker, undefined, { on });
    const error = await failureOf(actor.ask.throwValue('a string'));
    t.true(error instanceof Error);
    t.regex(error.message, /a string/);
    t.is(error.cause, 'a string');
    const other = await system.spawn(Troublemaker, undefined, { on });
    t.is((await failureOf(other.ask.rejectLater())).name, 'TypeError');
  });

  test.serial(`a reply that doesn't fit fails the handler, not the asker's types, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const failed = nextEvent(system, 'failed');
    const actor = await system.spawn(Troublemaker, undefined, { on });
    const error = await failureOf(actor.ask.replyWrongly());
    t.true(error instanceof InvalidReplyError);
    t.regex(error.message, /the reply to 'replyWrongly' by/);
    t.is((await failed).during, 'replyWrongly');
  });

  test.serial(`an actor that has stopped says so to askers and becomes dead letters, ${where}`, async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const counter = await system.spawn(Counter, {}, { on });
    const stopped = nextEvent(system, 'stopped');
    system.stop(counter);
    await stopped;
    const refusal = await failureOf(counter.ask.total());
    t.true(refusal instanceof ActorStoppedError);
    t.is(refusal.message, `${counter.path} has stopped: 'total' was not answered`);
    const letter = nextEvent(system, 'deadLetter');
    t.true(counter.tell.add(1));
    t.like(await letter, { reason: 'stopped', actor: counter.path, message: 'add' });
  });
}

for (const [how, kill, why, cause] of [
  [
    'process.exit',
    (actor: TroublemakerRef) => actor.tell.exit(3),
    'process.exit(3) was called on its thread',
    undefined,
  ],
  [
    'an uncaught exception',
    (actor: TroublemakerRef) => actor.tell.throwOutside('escaped'),
    'uncaught exception: escaped',
    'escaped',
  ],
  [
    'an unhandled rejection',
    (actor: TroublemakerRef) => actor.tell.rejectOutside('nobody awaits'),
    'unhandled rejection: nobody awaits',
    'nobody awaits',
  ],
] as const) {
  test.serial(`a thread that dies by ${how} settles every ask and tells watchers`, async (t) => {
    const system = await systemFor(t, { threads: 2 });
    const gone = { on: 1, supervision: { onFailure: 'stop' } } as const;
    const victim = await system.spawn(Troublemaker, undefined, gone);
    const [companion, recorder] = [
      await system.spawn(Companion, undefined, { on: 2 }),
      await system.spawn(Recorder, undefined, { on: 'host' }),
    ];
    companion.tell.watch({ target: victim, recorder });
    await companion.ask.node();
    // The watch is on its way from node 2 to node 1; a round trip on the same way makes sure it is there.
    const probe = await companion.ask.spawnCounter(1);
    await companion.ask.addTo({ counter: probe, n: 1 });
    const down = nextEvent(system, 'nodeDown');
    const asks = Array.from({ length: 1000 }, () =>
      failureOf(victim.ask.never({ timeoutMs: Number.POSITIVE_INFINITY })),
    );
    const second = await system.spawn(Troublemaker, undefined, gone);
    kill(second);
    const errors = await Promise.all(asks);
    t.true(errors.every((error) => error instanceof NodeDownError));
    t.regex(errors[0]!.message, /node 1 went down before/);
    t.true(errors[0]!.message.endsWith(why), errors[0]!.message);
    t.is((errors[0]!.cause as Error | undefined)?.message, cause);
    t.like(await down, { node: 1, error: { message: `node 1 went down: ${why}` } });
    t.deepEqual(system.nodes, [0, 2, 3], 'another thread has taken its place');
    t.true((await failureOf(victim.ask.node())) instanceof NodeDownError);
    t.true((await failureOf(system.spawn(Counter, {}, { on: 1 }))).message.includes('no node 1'));
    // The watcher lives on another node than both the dead actor and the recorder.
    for (;;) {
      const entries = await recorder.ask.entries();
      if (entries.length > 0) {
        t.deepEqual(entries, ['nodeDown']);
        break;
      }
    }
  });
}

type TroublemakerRef = import('../../lib/index.ts').Ref<typeof Troublemaker>;

test.serial(
  'a control call that hangs when a worker dies: a spawn rejects with the thread it was sent to',
  async (t) => {
    const system = await systemFor(t, { threads: 1 });
    const killer = await system.spawn(Troublemaker, undefined, { on: 1 });
    killer.tell.exit(0);
    const spawning = async (): Promise<never> => {
      for (;;) await system.spawn(Counter, {}, { on: 1 });
    };
    const errors = await Promise.all([spawning(), spawning(), spawning()].map(failureOf));
    for (const error of errors) t.true(error instanceof NodeDownError || /no node 1/.test(error.message));
  },
);

test.serial('a definition that the other thread lacks says what to do', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const protocol = { hello: ask(z.void(), z.string()) };
  const create = () => ({ hello: () => 'hello' });
  const homeless = actor('test/Homeless', { protocol, create });
  const elsewhere = actor('test/Elsewhere', {
    module: new URL('../fixtures/failing.js', import.meta.url),
    protocol,
    create,
  });
  const broken = actor('test/Broken', { module: '/does/not/exist.js', protocol, create });
  for (const [definition, advice] of [
    [homeless, /names no module: give the definition \{ module: import\.meta\.url \}/],
    [elsewhere, /doesn't define 'test\/Elsewhere'.*call actor\('test\/Elsewhere'/],
    [broken, /importing \/does\/not\/exist\.js failed/],
  ] as const) {
    const error = await failureOf(system.spawn(definition));
    t.true(error instanceof DefinitionNotFoundError);
    t.regex(error.message, advice);
  }
});

test.serial('where the entry file defines its actors, nothing after createSystem runs twice', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'thrum-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const entry = join(folder, 'app.mjs');
  writeFileSync(
    entry,
    `
    import { actor, ask, createSystem } from ${JSON.stringify(import.meta.resolve('thrum'))};
    import * as z from ${JSON.stringify(import.meta.resolve('zod'))};
    console.log('before');
    const Greeter = actor('entry/Greeter', {
      module: import.meta.url,
      protocol: { greet: ask(z.string(), z.string()) },
      create: (_args, ctx) => ({ greet: (name) => 'hello ' + name + ' from node ' + ctx.node }),
    });
    const system = await createSystem({ threads: 2 });
    console.log('after');
    const greeters = [await system.spawn(Greeter), await system.spawn(Greeter)];
    for (const greeter of greeters) console.log(await greeter.ask.greet('you'));
    await system.close();
    `,
  );
  const { stdout } = await run(process.execPath, [entry]);
  const lines = stdout.trim().split('\n');
  t.deepEqual(
    lines.filter((line) => line !== 'before'),
    ['after', 'hello you from node 1', 'hello you from node 2'],
  );
});

test.serial('an app that is given as text, not as a file, has threads and tasks too', async (t) => {
  const source = `
    import { createSystem, task } from ${JSON.stringify(import.meta.resolve('thrum'))};
    import { Counter } from ${JSON.stringify(new URL('../fixtures/actors.js', import.meta.url).href)};
    import { Square } from ${JSON.stringify(new URL('../fixtures/tasks.js', import.meta.url).href)};
    const system = await createSystem({ threads: 1 });
    const counter = await system.spawn(Counter, {});
    console.log(await counter.ask.total(), await system.run(Square, 5));
    await system.close();`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', source], { timeout: 100_000 });
  t.is(stdout, '0 25\n');
});

test.serial('after close nothing keeps the process alive', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'thrum-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const entry = join(folder, 'app.mjs');
  writeFileSync(
    entry,
    `
    import { createSystem } from ${JSON.stringify(import.meta.resolve('thrum'))};
    import { Counter } from ${JSON.stringify(new URL('../fixtures/actors.js', import.meta.url).href)};
    const system = await createSystem({ threads: 2 });
    const counters = await Promise.all([1, 2, 3].map(() => system.spawn(Counter, {})));
    const own = await system.spawn(Counter, {}, { on: 'own' });
    const local = await system.spawn(Counter, {}, { on: 'host' });
    await Promise.all([...counters, own, local].map((counter) => counter.ask.total()));
    await system.close();
    console.log(process.getActiveResourcesInfo().filter((name) => !/TTY|Pipe|FS/.test(name)).join() || 'none');
    `,
  );
  const { stdout } = await run(process.execPath, [entry], { timeout: 100_000 });
  t.is(stdout.trim(), 'none');
});

test.serial('an open system keeps the process alive while an ask is open', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'thrum-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const entry = join(folder, 'app.mjs');
  writeFileSync(
    entry,
    `
    import { createSystem } from ${JSON.stringify(import.meta.resolve('thrum'))};
    import { Counter, Troublemaker } from ${JSON.stringify(new URL('../fixtures/actors.js', import.meta.url).href)};
    for (const threads of [0, 1]) {
      const system = await createSystem({ threads });
      const actor = await system.spawn(Troublemaker);
      const error = await actor.ask.never({ timeoutMs: 50 }).catch((error) => error);
      console.log(threads, error.code);
      await system.close({ timeoutMs: 50 });
    }
    `,
  );
  const { stdout } = await run(process.execPath, [entry], { timeout: 100_000 });
  t.is(stdout.trim(), '0 ERR_THRUM_ASK_TIMEOUT\n1 ERR_THRUM_ASK_TIMEOUT');
});
