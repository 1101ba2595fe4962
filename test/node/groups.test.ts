// Groups on one node: who is in one, what a watcher sees, and when.
import test from 'ava';
import * as z from 'zod';
import {
  AskTimeoutError,
  actor,
  ask,
  type Definition,
  DefinitionConflictError,
  type Group,
  InvalidOptionError,
  NodeDownError,
  type Ref,
  SystemClosedError,
  tell,
} from '../../lib/index.ts';
import type { RegistryClient } from '../../lib/node/registry/client.ts';
import { Groups } from '../../lib/node/registry/groups.ts';
import { GroupWatches } from '../../lib/node/registry/groupWatches.ts';
import type { AgentProtocol, GroupState } from '../../lib/node/registry/messages.ts';
import { Subscription } from '../../lib/node/registry/subscription.ts';
import { Recorder } from '../fixtures/actors.ts';
import { failureOf } from '../fixtures/failing.ts';
import { manualNode, settle } from '../fixtures/manualWorld.ts';
import { Clerk, Person } from '../fixtures/named.ts';

/** A node, people on it, and what a system does with groups. */
function groupNode() {
  const { node, ...rest } = manualNode();
  return {
    node,
    ...rest,
    person: async (name: string) =>
      (await node.spawn(Person as Definition, undefined, { name }, 0, undefined)) as unknown as Ref<
        typeof Person
      >,
    group: <P, A extends z.ZodType>(definition: Definition<P, A>, name: string) =>
      node.registry.group(definition as Definition, name, undefined) as Group<P>,
  };
}

const namesOf = (members: readonly Ref<unknown>[]) => members.map(({ path }) => path.slice(2)).join(' ');

test('members are in the order of joining; who is in stays, who left comes last', async (t) => {
  const { person, group } = groupNode();
  const [a, b, c] = [await person('a'), await person('b'), await person('c')];
  const workers = group(Person, 'workers');
  t.is(workers.name, 'workers');
  t.deepEqual(await workers.members(), []);
  for (const ref of [b, a, c, b]) await workers.join(ref);
  t.is(namesOf(await workers.members()), 'b a c');
  await workers.leave(b);
  await workers.leave(b);
  t.is(namesOf(await workers.members()), 'a c');
  await workers.join(b);
  const members = await workers.members();
  t.is(namesOf(members), 'a c b');
  t.is(await members[2]?.ask.where(), 0);
});

test('an actor may be in many groups, and leaves them all when it stops or fails', async (t) => {
  const { node, person, group } = groupNode();
  const [a, b, c] = [await person('a'), await person('b'), await person('c')];
  const groups = [group(Person, 'one'), group(Person, 'two')];
  for (const each of groups) await Promise.all([a, b, c].map((ref) => each.join(ref)));
  await groups[0]!.leave(a);
  t.deepEqual(
    (await Promise.all(groups.map((each) => each.members()))).map(namesOf),
    ['b c', 'a b c'],
    'leaving one is not leaving the other',
  );
  node.stop(a, false);
  b.tell.fail();
  await settle();
  t.deepEqual((await Promise.all(groups.map((each) => each.members()))).map(namesOf), ['c', 'c']);
});

test('an actor that is gone already does not stay', async (t) => {
  const { node, person, group } = groupNode();
  const a = await person('a');
  node.stop(a, false);
  await settle();
  await group(Person, 'g').join(a);
  await settle();
  t.deepEqual(await group(Person, 'g').members(), []);
});

test('a watcher sees the present members, then every later state, until it ends', async (t) => {
  const { node, person, group } = groupNode();
  const [a, b] = [await person('a'), await person('b')];
  const watched = group(Person, 'g');
  await watched.join(a);
  const seen: string[] = [];
  const end = watched.watch((members) => seen.push(namesOf(members)));
  await settle();
  t.deepEqual(seen, ['a']);
  await watched.join(b);
  await settle();
  await watched.join(b);
  await settle();
  node.stop(a, false);
  await settle();
  t.deepEqual(seen, ['a', 'a b', 'b']);
  end();
  await watched.leave(b);
  await settle();
  t.is(seen.length, 3);
});

test('a watcher that comes later sees at once what it knows to have happened', async (t) => {
  const { person, group } = groupNode();
  const watched = group(Person, 'g');
  const [first, second]: string[][] = [[], []];
  watched.watch((members) => first!.push(namesOf(members)));
  await settle();
  await watched.join(await person('a'));
  watched.watch((members) => second!.push(namesOf(members)));
  await settle();
  t.deepEqual(first, ['', 'a']);
  t.deepEqual(second, ['a']);
});

test('an empty group is seen as empty', async (t) => {
  const { group } = groupNode();
  const members = await new Promise((resolve) => group(Person, 'nobody').watch(resolve));
  t.deepEqual(members, []);
});

test('a burst of changes is reported in few states, and the last one comes', async (t) => {
  const { spawn, group } = groupNode();
  const refs = await Promise.all(Array.from({ length: 1000 }, () => spawn(Person)));
  const watched = group(Person, 'crowd');
  let calls = 0;
  const sizes: number[] = [];
  for (let i = 0; i < 100; i++) {
    watched.watch((members) => {
      calls++;
      if (i === 0) sizes.push(members.length);
    });
  }
  await settle();
  t.is(calls, 100);
  await Promise.all(refs.map((ref) => watched.join(ref)));
  await settle();
  t.is(sizes.at(-1), 1000);
  t.deepEqual(
    [...sizes],
    [...sizes].sort((a, b) => a - b),
  );
  t.true(sizes.length < 40, `${sizes.length} states for 1,000 joins`);
  t.is(calls, 100 * sizes.length);
  t.deepEqual((await watched.members()).map(String), refs.map(String));
});

test.serial('a watcher that throws is reported, and the others go on', async (t) => {
  const { person, group } = groupNode();
  const reported: unknown[] = [];
  const { error } = console;
  console.error = (_text, thrown) => reported.push((thrown as Error).message);
  t.teardown(() => {
    console.error = error;
  });
  const seen: string[] = [];
  const watched = group(Person, 'g');
  watched.watch(() => {
    throw new Error('at once');
  });
  watched.watch(async () => {
    throw new Error('later');
  });
  watched.watch((members) => seen.push(namesOf(members)));
  await settle();
  await watched.join(await person('a'));
  await settle();
  t.deepEqual(reported, ['at once', 'later', 'at once', 'later']);
  t.deepEqual(seen, ['', 'a']);
});

test('joining, leaving and ending the watch while being told ends in the right state', async (t) => {
  const { person, group } = groupNode();
  const [a, b] = [await person('a'), await person('b')];
  const watched = group(Person, 'g');
  const seen: string[] = [];
  const others: string[] = [];
  const end = watched.watch((members) => {
    const names = namesOf(members);
    seen.push(names);
    if (names === '') void watched.join(a);
    else if (names === 'a') void watched.join(b);
    else if (names === 'a b') void watched.leave(a);
    else end();
  });
  watched.watch((members) => others.push(namesOf(members)));
  for (let i = 0; i < 4; i++) await settle();
  t.deepEqual(seen, ['', 'a', 'a b', 'b']);
  t.is(others.at(-1), 'b');
  await watched.leave(b);
  await settle();
  t.deepEqual(seen.length, 4);
  t.is(others.at(-1), '');
});

const Watcher = actor('groups/Watcher', {
  protocol: {
    watch: ask(z.string(), z.void()),
    end: ask(z.void(), z.void()),
    hold: ask(z.void(), z.void()),
    seen: ask(z.void(), z.array(z.string())),
  },
  create: (_args, ctx) => {
    const seen: string[] = [];
    let end = () => {};
    return {
      watch(name) {
        end = ctx.group(Person, name).watch((members) => {
          if (namesOf(members) === 'poison') throw new Error('poisoned');
          seen.push(namesOf(members));
        });
      },
      end: () => end(),
      hold: async () => {
        await settle();
        seen.push('held until here');
      },
      seen: () => seen,
    };
  },
});

test('in an actor a watch runs as its turns: not while a handler holds it, and then with the last state', async (t) => {
  const { spawn, person, group } = groupNode();
  const watcher = await spawn(Watcher);
  await watcher.ask.watch('g');
  await settle();
  const held = watcher.ask.hold();
  for (const name of ['a', 'b', 'c']) {
    await group(Person, 'g').join(await person(name));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await held;
  await settle();
  t.deepEqual(await watcher.ask.seen(), ['', 'held until here', 'a b c']);
  await watcher.ask.end();
  await group(Person, 'g').join(await person('d'));
  await settle();
  t.is((await watcher.ask.seen()).length, 3);
});

test('a watch that throws fails its actor, like any of its turns, and nobody else', async (t) => {
  const { spawn, person, group, events } = groupNode();
  const [first, second] = [await spawn(Watcher), await spawn(Watcher)];
  await first.ask.watch('poisoned');
  await second.ask.watch('g');
  await group(Person, 'poisoned').join(await person('poison'));
  await settle();
  t.like(
    events.find((event) => event.type === 'failed'),
    { actor: first.path, during: 'a group watch' },
  );
  await group(Person, 'g').join(await person('a'));
  await settle();
  t.deepEqual(await second.ask.seen(), ['', 'a']);
});

test('a watch dies with its actor, and with one whose create fails', async (t) => {
  const { node, spawn, person, group } = groupNode();
  let told = 0;
  const watching = (name: string, fails: boolean) =>
    actor(name, {
      protocol: { nothing: tell() },
      create: (_args, ctx) => {
        ctx.group(Person, 'g').watch(() => told++);
        if (fails) throw new Error('no');
        return { nothing() {} };
      },
    });
  const ref = await spawn(watching('groups/Watching', false));
  await failureOf(spawn(watching('groups/Failing', true)));
  await settle();
  t.is(told, 1);
  const watched = Reflect.get(Reflect.get(node.registry, 'watches'), 'groups') as Map<string, unknown>;
  t.is(watched.size, 1);
  node.stop(ref, false);
  await settle();
  t.is(watched.size, 0, 'the node has no subscription any more');
  await group(Person, 'g').join(await person('a'));
  await settle();
  t.is(told, 1);
});

test('an actor that restarts stays in its groups; its watches end with its behaviour', async (t) => {
  const { world, spawn, person, group } = groupNode();
  const told: string[] = [];
  let starts = 0;
  let begin = () => {};
  const Phoenix = actor('groups/Phoenix', {
    protocol: { burn: tell() },
    create: (_args, ctx) => {
      const who = `behaviour ${++starts}`;
      const watched = ctx.group(Person, 'g');
      watched.watch((members) => told.push(`${who}: ${namesOf(members)}`));
      // What outlives the behaviour begins nothing.
      if (starts === 1) begin = () => void watched.watch(() => told.push('a ghost'));
      return {
        burn() {
          throw new Error('burnt');
        },
      };
    },
  });
  const phoenix = await spawn(Phoenix);
  await group(Phoenix, 'phoenixes').join(phoenix);
  await settle();
  phoenix.tell.burn();
  await settle();
  await group(Person, 'g').join(await person('a'));
  await world.advance(100);
  t.is(starts, 2);
  begin();
  await group(Person, 'g').join(await person('b'));
  await settle();
  t.deepEqual(told, ['behaviour 1: ', 'behaviour 2: a', 'behaviour 2: a b']);
  t.deepEqual((await group(Phoenix, 'phoenixes').members()).map(String), [String(phoenix)]);
});

test('an actor joins a group of its own definition in its create', async (t) => {
  const { spawn, group } = groupNode();
  const Worker = actor('groups/Worker', {
    protocol: { work: ask(z.void(), z.string()) },
    create: (_args, ctx) => {
      void ctx.group(Worker, 'workers').join(ctx.self);
      return { work: () => 'done' };
    },
  });
  await spawn(Worker);
  await settle();
  const [member] = await group(Worker, 'workers').members();
  t.is(await member?.ask.work(), 'done');
});

test('only actors with the protocol of the definition join, and only in one version of it', async (t) => {
  const { spawn, person, group } = groupNode();
  const recorder = await spawn(Recorder);
  const error = await failureOf(group(Person, 'g').join(recorder as never));
  t.true(error instanceof InvalidOptionError);
  t.regex(error.message, /Recorder#\d+ has another protocol than 'test\/Person'/);

  const create = () => ({ same() {} });
  const one = actor('groups/Versioned', { module: 'file:///v.js?1', protocol: { same: tell() }, create });
  const two = actor('groups/Versioned', {
    module: 'file:///v.js?2',
    protocol: { same: tell(z.string()) },
    create,
  });
  const [old, young] = [await spawn(one), await spawn(two)];
  await group(one, 'g').join(old);
  await group(Person, 'g').join(await person('a'));
  for (const use of [group(two, 'g').join(young), group(two, 'g').leave(young), group(two, 'g').members()]) {
    t.true((await failureOf(use)) instanceof DefinitionConflictError);
  }
  t.is((await group(one, 'g').members()).length, 1);
});

test('a watch with another version of the definition fails its actor', async (t) => {
  const { spawn, group, events } = groupNode();
  const create = () => ({ same() {} });
  const one = actor('groups/Watched', { module: 'file:///v.js?1', protocol: { same: tell() }, create });
  const two = actor('groups/Watched', {
    module: 'file:///v.js?2',
    protocol: { same: tell(z.string()) },
    create,
  });
  await group(one, 'g').join(await spawn(one));
  const Watching = actor('groups/WatchingTwo', {
    protocol: { nothing: tell() },
    create: (_args, ctx) => {
      ctx.group(two, 'g').watch(() => t.fail('there is no such state'));
      return { nothing() {} };
    },
  });
  await spawn(Watching);
  await settle();
  const failed = events.find((event) => event.type === 'failed');
  t.true(failed?.error instanceof DefinitionConflictError);
});

test('a node that closes reports no leaving, and groups reject', async (t) => {
  const { node, spawn, person, group } = groupNode();
  const watched = group(Person, 'g');
  const a = await person('a');
  await watched.join(a);
  const clerk = await spawn(Clerk);
  clerk.tell.watch({ group: 'g', recorder: await spawn(Recorder) });
  const seen: string[] = [];
  watched.watch((members) => seen.push(namesOf(members)));
  await settle();
  await node.endings.close();
  t.deepEqual(seen, ['a']);
  for (const use of [watched.join(a), watched.leave(a), watched.members()]) {
    t.true((await failureOf(use)) instanceof SystemClosedError);
  }
});

// The parts, where a node can't show what they do.

const key = { definition: 'd', fingerprint: 1, name: 'g' };
const place = (cell: number) => ({ node: 0, cell, path: `0/${cell}` });

/** An agent whose answers the test gives. */
function manualAgent() {
  const told: { state: GroupState; settle: (error?: Error) => void }[] = [];
  const changed = ({ state }: { state: GroupState }) =>
    new Promise<void>((resolve, reject) => {
      told.push({ state, settle: (error) => (error === undefined ? resolve() : reject(error)) });
    });
  return { told, agent: { id: '1/1', ask: { changed } } as unknown as Ref<AgentProtocol> };
}

test('a group that nobody is in or watches is not kept', (t) => {
  const groups = new Groups();
  const kept = () => (Reflect.get(groups, 'groups') as Map<string, unknown>).size;
  groups.members(key);
  t.is(kept(), 0);
  groups.join(key, place(1));
  groups.subscribe(key, manualAgent().agent);
  groups.leave('g\0d', '0/1');
  t.is(kept(), 1);
  groups.unsubscribe('g\0d', '1/1');
  t.is(kept(), 0);
});

test('one state is on its way to a node at a time; what changes meanwhile is told together', async (t) => {
  const { told, agent } = manualAgent();
  const groups = new Groups();
  groups.subscribe(key, agent);
  for (let cell = 1; cell <= 5; cell++) groups.join(key, place(cell));
  t.deepEqual(
    told.map(({ state }) => state.members.length),
    [1],
  );
  told[0]!.settle();
  await settle();
  t.deepEqual(
    told.map(({ state }) => state.members.length),
    [1, 5],
  );
  told[1]!.settle();
  await settle();
  t.is(told.length, 2);
});

test('a new watcher asks anew: what its node was told last may be older', async (t) => {
  const { node } = groupNode();
  let version = 0;
  const client = {
    ask: async () => ({ version: ++version, members: Array.from({ length: version }, (_, i) => place(i)) }),
    refOf: (member: { path: string }) => member,
  };
  const watches = new GroupWatches(node, client as unknown as RegistryClient);
  const sizes: string[] = [];
  const watch = (who: string) =>
    watches.watch(Person as Definition, key, undefined, (members) => sizes.push(`${who} ${members.length}`));
  watch('first');
  await settle();
  watch('second');
  await settle();
  t.deepEqual(sizes, ['first 1', 'first 2', 'second 2']);
});

test('a state whose answer does not come is told again, to a node that is there', async (t) => {
  const { told, agent } = manualAgent();
  const state = { version: 2, members: [] };
  const subscription = new Subscription(agent, key, () => state, 1);
  subscription.push();
  told[0]!.settle(new AskTimeoutError('agent', 'changed', 5000));
  await settle();
  t.is(told.length, 2);
  told[1]!.settle(new NodeDownError(1, 'gone'));
  await settle();
  subscription.push();
  t.is(told.length, 2);
});
