// Names on one node: who has one, who finds whom, and when a name is free again.
import test from 'ava';
import * as z from 'zod';
import {
  AskTimeoutError,
  actor,
  ask,
  bytes,
  type Definition,
  DefinitionConflictError,
  InvalidMessageError,
  InvalidOptionError,
  NameTakenError,
  type Ref,
  SystemClosedError,
  tell,
} from '../../lib/index.ts';
import { internalCell } from '../../lib/node/cellTable.ts';
import { startInternal } from '../../lib/node/registry/internal.ts';
import type { AgentId, AgentProtocol } from '../../lib/node/registry/messages.ts';
import { registryDefinition } from '../../lib/node/registry/registry.ts';
import { failureOf } from '../fixtures/failing.ts';
import { manualNode, settle } from '../fixtures/manualWorld.ts';
import { Clerk, Person, Unborn } from '../fixtures/named.ts';

/** A node, and what a system does on it. */
function registryNode() {
  const { node, ...rest } = manualNode();
  return {
    node,
    ...rest,
    start: async <P, A extends z.ZodType>(definition: Definition<P, A>, name: string, args?: unknown) =>
      (await node.spawn(definition as Definition, args, { name }, 0, undefined)) as unknown as Ref<P>,
    lookup: async <P, A extends z.ZodType>(definition: Definition<P, A>, name: string) =>
      (await node.registry.lookup(definition as Definition, name)) as unknown as Ref<P> | undefined,
    lookupOrSpawn: async <P, A extends z.ZodType>(
      definition: Definition<P, A>,
      name: string,
      args?: unknown,
    ) =>
      (await node.lookupOrSpawn(definition as Definition, args, { name }, 0, undefined)) as unknown as Ref<P>,
  };
}

const empty = { protocol: { nothing: tell() }, create: () => ({ nothing() {} }) };

test('a name finds its actor, from outside and from an actor, and nobody else', async (t) => {
  const { start, lookup, spawn } = registryNode();
  const alice = await start(Person, 'alice');
  t.is(alice.path, '0/alice');
  const found = await lookup(Person, 'alice');
  t.true(found?.equals(alice));
  t.is(found?.path, '0/alice');
  t.is(await found?.ask.where(), 0);
  t.is(await lookup(Person, 'bob'), undefined);
  const clerk = await spawn(Clerk);
  t.true((await clerk.ask.lookup('alice'))?.equals(alice));
  t.is(await clerk.ask.lookup('bob'), null);
});

test('names of different definitions have nothing to do with each other', async (t) => {
  const { start, lookup } = registryNode();
  const Other = actor('registry/Other', empty);
  const person = await start(Person, 'same');
  t.is(await lookup(Other, 'same'), undefined);
  const other = await start(Other, 'same');
  t.true((await lookup(Person, 'same'))?.equals(person));
  t.true((await lookup(Other, 'same'))?.equals(other));
});

test('a name that is taken is refused, with who has it and what to do, before anything starts', async (t) => {
  const { start } = registryNode();
  let made = 0;
  const Unique = actor('registry/Unique', {
    ...empty,
    create: () => {
      made++;
      return empty.create();
    },
  });
  await start(Unique, 'one');
  const error = (await failureOf(start(Unique, 'one'))) as NameTakenError;
  t.true(error instanceof NameTakenError);
  t.like(error, { code: 'ERR_THRUM_NAME_TAKEN', definition: 'registry/Unique', takenName: 'one' });
  t.regex(error.message, /'one' of 'registry\/Unique' is taken by 0\/one: find it with lookup\(/);
  t.is(made, 1);
});

test('of two starts that race for a name one is refused', async (t) => {
  const { start } = registryNode();
  const [first, second] = await Promise.allSettled([start(Person, 'x'), start(Person, 'x')]);
  t.is(first.status, 'fulfilled');
  t.regex(String((second as PromiseRejectedResult).reason), /taken by an actor that is just starting/);
});

test('a lookup of a name whose actor is starting waits for the start, whichever way it ends', async (t) => {
  const { start, lookup } = registryNode();
  const starting = start(Person, 'late');
  const found = lookup(Person, 'late');
  t.true((await found)?.equals(await starting));
  const failing = failureOf(start(Unborn, 'never', { how: 'throw' }));
  t.is(await lookup(Unborn, 'never'), undefined);
  t.is((await failing).message, 'unborn');
});

test('a start that fails frees its name; one with bad arguments never claims it', async (t) => {
  const { start, lookup, node } = registryNode();
  for (let i = 0; i < 2; i++) {
    t.is((await failureOf(start(Unborn, 'again', { how: 'throw' }))).message, 'unborn');
  }
  t.true((await failureOf(start(Unborn, 'again', { how: 'wrong' }))) instanceof InvalidMessageError);
  t.is(await lookup(Unborn, 'again'), undefined);
  t.is(node.cells.size, 0);
});

for (const how of ['stop', 'fail'] as const) {
  test(`whoever sees an actor ${how} can give its name away at once`, async (t) => {
    const { start, spawn, lookup } = registryNode();
    const first = await start(Person, 'heir');
    const clerk = await spawn(Clerk);
    const respawned = clerk.ask.respawnWhenStopped({ person: first, name: 'heir' });
    await settle();
    first.tell[how]();
    t.is(await respawned, 0, 'never found it taken');
    const second = await lookup(Person, 'heir');
    t.false(second?.equals(first));
    t.is(await second?.ask.where(), 0);
  });
}

test('an actor that stops before its start is known has no name', async (t) => {
  const { start, lookup } = registryNode();
  const Brief = actor('registry/Brief', {
    ...empty,
    create: (_args, ctx) => {
      ctx.stop();
      return empty.create();
    },
  });
  await start(Brief, 'brief');
  await settle();
  t.is(await lookup(Brief, 'brief'), undefined);
  await t.notThrowsAsync(start(Brief, 'brief'));
});

test('of many that look or spawn one starts the actor, and all get it', async (t) => {
  const { lookupOrSpawn, events } = registryNode();
  const refs = await Promise.all(Array.from({ length: 50 }, () => lookupOrSpawn(Person, 'single')));
  t.is(new Set(refs.map((ref) => ref.id)).size, 1);
  t.true((await lookupOrSpawn(Person, 'single')).equals(refs[0]!));
  t.is(events.filter((event) => event.type === 'started').length, 1);
});

test('where the start fails for one that looks or spawns, the next one tries', async (t) => {
  const { lookupOrSpawn } = registryNode();
  let failures = 2;
  const Hesitant = actor('registry/Hesitant', {
    ...empty,
    create: () => {
      if (failures-- > 0) throw new Error('not yet');
      return empty.create();
    },
  });
  const settled = await Promise.allSettled([1, 2, 3, 4].map(() => lookupOrSpawn(Hesitant, 'h')));
  t.deepEqual(
    settled.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled', 'fulfilled'],
  );
});

test('an actor that an actor starts by lookupOrSpawn is its child, and stops with it', async (t) => {
  const { node, spawn, lookup } = registryNode();
  const [parent, other] = [await spawn(Clerk), await spawn(Clerk)];
  const child = await parent.ask.lookupOrSpawn('shared');
  t.true((await other.ask.lookupOrSpawn('shared')).equals(child));
  node.stop(other, false);
  await settle();
  t.true((await lookup(Person, 'shared'))?.equals(child));
  node.stop(parent, false);
  await settle();
  t.is(await lookup(Person, 'shared'), undefined);
  t.is(node.cells.size, 0);
});

test('an actor that restarts keeps its name', async (t) => {
  const { start, lookup, world, events } = registryNode();
  const Phoenix = actor('registry/Phoenix', {
    protocol: { burn: tell(), alive: ask(z.void(), z.boolean()) },
    create: () => ({
      burn() {
        throw new Error('burnt');
      },
      alive: () => true,
    }),
  });
  const phoenix = await start(Phoenix, 'p');
  phoenix.tell.burn();
  await settle();
  t.true((await failureOf(start(Phoenix, 'p'))) instanceof NameTakenError, 'while it waits to begin again');
  await world.advance(100);
  t.true(events.some((event) => event.type === 'restarted'));
  const found = await lookup(Phoenix, 'p');
  t.true(found?.equals(phoenix));
  t.true(await found?.ask.alive());
});

test('before a name on another node is called taken, its node is heard', async (t) => {
  const { node, start } = registryNode();
  let ping = async (): Promise<void> => {};
  const actors = {
    bind: ({ node: home, cell }: AgentId, protocol: object) => node.refs.bind(home, cell, protocol),
    agentOf: () => ({ ask: { ping: () => ping() } }) as unknown as Ref<AgentProtocol>,
    survives: () => false,
  };
  startInternal(node, registryDefinition(actors), internalCell);
  const first = await start(Person, 'p');
  t.true((await failureOf(start(Person, 'p'))) instanceof NameTakenError);
  ping = async () => {
    throw new AskTimeoutError('agent', 'ping', 1000);
  };
  t.true((await failureOf(start(Person, 'p'))) instanceof NameTakenError);
  // The news of its end comes before the answer.
  ping = async () => {
    node.stop(first, false);
    await settle();
  };
  t.false((await start(Person, 'p')).equals(first));
});

test('what can be a name', async (t) => {
  const { node, start, lookup, lookupOrSpawn } = registryNode();
  const bad: unknown[] = ['', 'x'.repeat(257), 'a\nb', 'a\0b', 'a\u0085b', 5, null];
  for (const name of bad as string[]) {
    for (const use of [start, lookup, lookupOrSpawn]) {
      const error = await failureOf(use(Person, name));
      t.true(error instanceof InvalidOptionError, JSON.stringify(name));
      t.regex(error.message, /1 to 256 UTF-16 units without control characters/);
    }
    t.throws(() => node.registry.group(Person as Definition, name, undefined), {
      instanceOf: InvalidOptionError,
    });
  }
  const unnamed = node.lookupOrSpawn(Person as Definition, undefined, {} as never, 0, undefined);
  t.true((await failureOf(unnamed)) instanceof InvalidOptionError);
  for (const name of ['x'.repeat(256), 'né 漢 🧵', 'a/b', ' ', '\ud800', '__proto__']) {
    const ref = await start(Person, name);
    t.true((await lookup(Person, name))?.equals(ref), name);
  }
});

test('a name is found only with the protocol it was given with', async (t) => {
  const { start, lookup, lookupOrSpawn } = registryNode();
  // As a module that was loaded twice, in two versions.
  const one = actor('registry/Versioned', { ...empty, module: 'file:///versioned.js?1' });
  const two = actor('registry/Versioned', {
    module: 'file:///versioned.js?2',
    protocol: { nothing: ask(z.void(), z.string()) },
    create: () => ({ nothing: () => '' }),
  });
  const ref = await start(one, 'v');
  for (const use of [start, lookup, lookupOrSpawn]) {
    const error = await failureOf(use(two, 'v'));
    t.true(error instanceof DefinitionConflictError);
    t.regex(error.message, /'v' belongs to a 'registry\/Versioned' with another protocol/);
  }
  t.true((await lookup(one, 'v'))?.equals(ref));
});

test('the arguments are those of the moment of the call, though the name is claimed first', async (t) => {
  const { start } = registryNode();
  const seen: number[] = [];
  const Keeper = actor('registry/Keeper', {
    ...empty,
    args: z.object({ data: bytes() }),
    create: ({ data }) => {
      seen.push(...data);
      return empty.create();
    },
  });
  const data = new Uint8Array([1, 2]);
  const starting = start(Keeper, 'k', { data });
  data.fill(9);
  await starting;
  t.deepEqual(seen, [1, 2]);
});

test('the registry is nobody: not counted, not heard of, and out of the way of numbers', async (t) => {
  const { node, events, start, spawn } = registryNode();
  let idle = 0;
  node.onIdle = () => idle++;
  const [named, plain] = [await start(Person, 'p'), await spawn(Person)];
  t.is(node.cells.size, 2);
  t.deepEqual(
    node.cells.all().map((cell) => cell.path),
    ['0/p', plain.path],
  );
  t.not(node.cells.get(internalCell), undefined);
  for (const ref of [named, plain]) node.stop(ref, false);
  await settle();
  t.is(idle, 1);
  t.deepEqual(
    events.map((event) => ('actor' in event ? `${event.type} ${event.actor}` : event.type)),
    ['started 0/p', `started ${plain.path}`, 'stopped 0/p', `stopped ${plain.path}`],
  );
});

test('a node that knows no names has no registry', async (t) => {
  const { node, spawn } = registryNode();
  t.is((await spawn(Person)).path, '0/test/Person#1');
  t.is(node.cells.get(internalCell), undefined);
});

test("an app's own definition may be called like the registry", async (t) => {
  const { start, lookup } = registryNode();
  const Mine = actor('thrum/Registry', empty);
  const ref = await start(Mine, 'mine');
  t.true((await lookup(Mine, 'mine'))?.equals(ref));
});

test('a node that closes rejects what waits for the registry, and leaves nothing', async (t) => {
  const { node, world, events, start, lookup, lookupOrSpawn } = registryNode();
  let idle = 0;
  node.onIdle = () => idle++;
  await start(Person, 'p');
  node.registry.group(Person as Definition, 'g', undefined).watch(() => {});
  const waiting = [lookup(Person, 'p'), start(Person, 'q'), lookupOrSpawn(Person, 'r')].map(failureOf);
  await node.endings.close();
  for (const error of await Promise.all(waiting)) t.true(error instanceof SystemClosedError, error.stack);
  for (const use of [start, lookup, lookupOrSpawn]) {
    t.true((await failureOf(use(Person, 'p'))) instanceof SystemClosedError);
  }
  t.is(node.cells.size, 0);
  t.is(node.cells.internals.size, 0);
  t.is(idle, 1);
  t.deepEqual(
    events.map((event) => ('actor' in event ? `${event.type} ${event.actor}` : event.type)),
    ['started 0/p', 'stopped 0/p'],
  );
  t.is(node.asks.size, 0);
  t.is(world.pending, 0);
});
