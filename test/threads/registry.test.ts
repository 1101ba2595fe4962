// Names and groups across threads: who finds whom, who wins a race, and what the death of a thread frees.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import {
  actor,
  createSystem,
  DefinitionNotFoundError,
  NameTakenError,
  NodeDownError,
  type System,
  SystemClosedError,
  tell,
} from '../../lib/index.ts';
import { Recorder } from '../fixtures/actors.ts';
import { failureOf } from '../fixtures/failing.ts';
import { Blocker, Clerk, Person, Unborn } from '../fixtures/named.ts';
import { Ledger } from '../fixtures/relocated.ts';
import { nextEvent, systemFor } from '../fixtures/systems.ts';

const run = promisify(execFile);

/** Blocks a node's thread until the end of the test: what is to start there is just starting. */
async function blocked(t: ExecutionContext, system: System, on: number): Promise<void> {
  const gate = new Uint8Array(new SharedArrayBuffer(8));
  const words = new Int32Array(gate.buffer);
  t.teardown(() => {
    Atomics.store(words, 0, 1);
    Atomics.notify(words, 0);
  });
  (await system.spawn(Blocker, undefined, { on })).tell.block(gate);
  while (Atomics.load(words, 1) === 0) await new Promise(setImmediate);
}

/** Asks until the answer is `expected`: for what another node is still to hear of. */
async function until<T>(question: () => Promise<T>, expected: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await question();
    if (expected(answer)) return answer;
  }
}

test.serial(
  'a name given on one node finds its actor from every node, as soon as the spawn resolves',
  async (t) => {
    const system = await systemFor(t, { threads: 2 });
    const clerks = await Promise.all(
      ([0, 1, 2] as const).map((on) => system.spawn(Clerk, undefined, { on })),
    );
    for (const [at, spawner] of clerks.entries()) {
      for (const on of [0, 1, 2]) {
        const name = `by ${at} on ${on}`;
        const ref = await spawner.ask.spawn({ name, on });
        t.is(ref.node, on);
        for (const clerk of clerks) {
          const found = await clerk.ask.lookup(name);
          t.true(found?.equals(ref), name);
          t.is(await found?.ask.where(), on);
        }
        const found = await system.lookup(Person, name);
        t.is(found?.path, `${on}/${name}`);
      }
    }
    t.is(await system.lookup(Person, 'nobody'), undefined);
  },
);

test.serial('a name that is taken on another node is refused with the path of who has it', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  await system.spawn(Person, undefined, { name: 'p', on: 1 });
  const clerk = await system.spawn(Clerk, undefined, { on: 2 });
  for (const spawning of [clerk.ask.spawn({ name: 'p' }), system.spawn(Person, undefined, { name: 'p' })]) {
    const error = await failureOf(spawning);
    t.true(error instanceof NameTakenError);
    t.regex(error.message, /taken by 1\/p: find it/);
  }
});

test.serial('of racing calls on four nodes exactly one starts the actor, and all get it', async (t) => {
  const system = await systemFor(t, { threads: 3 });
  const started: string[] = [];
  system.events.on((event) => {
    if (event.type === 'started' && !event.actor.includes('Clerk')) started.push(event.actor);
  });
  const clerks = await Promise.all([0, 1, 2, 3].map((on) => system.spawn(Clerk, undefined, { on })));
  for (let round = 0; round < 20; round++) {
    const name = `single ${round}`;
    const refs = await Promise.all(
      [...clerks, ...clerks]
        .map((clerk) => clerk.ask.lookupOrSpawn(name))
        .concat(system.lookupOrSpawn(Person, undefined, { name, on: 2 })),
    );
    t.is(new Set(refs.map((ref) => ref.id)).size, 1, name);
  }
  // The events come their own way; a last one from each node comes behind all others.
  await Promise.all([1, 2, 3].map((on) => system.spawn(Person, undefined, { name: `last ${on}`, on })));
  while (started.filter((path) => path.includes('last')).length < 3) await new Promise(setImmediate);
  t.is(started.filter((path) => path.includes('single')).length, 20);
});

test.serial('a failed start on another node frees the name', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const homeless = actor('registry/Homeless', {
    protocol: { nothing: tell() },
    create: () => ({ nothing() {} }),
  });
  for (let i = 0; i < 2; i++) {
    const unborn = await failureOf(system.spawn(Unborn, { how: 'throw' }, { name: 'u', on: 1 }));
    t.is(unborn.message, 'unborn');
    const lost = await failureOf(system.spawn(homeless, undefined, { name: 'h', on: 1 }));
    t.true(lost instanceof DefinitionNotFoundError);
    t.regex((await failureOf(system.spawn(Person, undefined, { name: 'p', on: 7 }))).message, /no node 7/);
  }
  t.is(await system.lookup(Unborn, 'u'), undefined);
  t.is(await system.lookup(Person, 'p'), undefined);
});

for (const [where, on] of [
  ["the actor's own node", 1],
  ['the host', 0],
  ['a third node', 2],
] as const) {
  test.serial(`whoever sees an actor stop on ${where} can give its name away at once`, async (t) => {
    const system = await systemFor(t, { threads: 2 });
    const clerk = await system.spawn(Clerk, undefined, { on });
    for (let round = 0; round < 50; round++) {
      const name = `heir ${round}`;
      const person = await system.spawn(Person, undefined, { name, on: 1 });
      const respawned = clerk.ask.respawnWhenStopped({ person, name });
      // Behind the watch, whichever way it goes: the clerk and its node have been asked.
      await clerk.ask.lookup('nobody');
      await person.ask.where();
      person.tell.stop();
      t.is(await respawned, 0, 'never found it taken');
      t.is((await system.lookup(Person, name))?.node, on);
    }
  });
}

test.serial("the death of a node frees the names of its actors, and nobody else's", async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const [victim] = await Promise.all([
    system.spawn(Person, undefined, { name: 'a', on: 1 }),
    system.spawn(Person, undefined, { name: 'b', on: 1 }),
    system.spawn(Person, undefined, { name: 'c', on: 2 }),
  ]);
  const down = nextEvent(system, 'nodeDown');
  victim.tell.exit();
  await down;
  t.is(await system.lookup(Person, 'a'), undefined);
  t.is(await system.lookup(Person, 'b'), undefined);
  t.is((await system.lookup(Person, 'c'))?.node, 2);
  const heir = await system.spawn(Person, undefined, { name: 'a', on: 2 });
  t.is(await heir.ask.where(), 2);
});

test.serial('a node that dies of the very start frees the name', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const starting = failureOf(system.spawn(Unborn, { how: 'exit' }, { name: 'u', on: 1 }));
  t.is(await system.lookup(Unborn, 'u', { timeoutMs: Number.POSITIVE_INFINITY }), undefined);
  t.true((await starting) instanceof NodeDownError);
  const again = await failureOf(system.spawn(Unborn, { how: 'throw' }, { name: 'u', on: 2 }));
  t.is(again.message, 'unborn');
});

test.serial('a node that dies while it has an actor started elsewhere frees the name', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  await blocked(t, system, 2);
  const clerk = await system.spawn(Clerk, undefined, { on: 1 });
  clerk.tell.spawnUnborn({ name: 'u', on: 2 });
  // Behind its claim, which the same node has sent to the registry.
  await clerk.ask.lookup('nobody');
  t.true((await failureOf(system.spawn(Unborn, { how: 'throw' }, { name: 'u' }))) instanceof NameTakenError);
  const found = system.lookup(Unborn, 'u', { timeoutMs: Number.POSITIVE_INFINITY });
  clerk.tell.exit();
  t.is(await found, undefined);
  const again = await failureOf(system.spawn(Unborn, { how: 'throw' }, { name: 'u', on: 'host' }));
  t.is(again.message, 'unborn');
});

test.serial('an actor that begins again on another node keeps its name and its groups', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const supervision = { backoff: { firstMs: 50, jitter: 0 } };
  const ledger = await system.spawn(Ledger, { opening: 1 }, { name: 'l', on: 1, supervision });
  const group = system.group(Ledger, 'g');
  await group.join(ledger);
  for (let death = 0; death < 2; death++) {
    const [down, relocated] = [nextEvent(system, 'nodeDown'), nextEvent(system, 'relocated')];
    ledger.tell.exit();
    await down;
    // Between two nodes, and then on the other one.
    for (const there of [undefined, relocated]) {
      await there;
      const found = await system.lookup(Ledger, 'l');
      t.true(found?.equals(ledger));
      t.deepEqual(
        (await group.members()).map(({ id }) => id),
        [ledger.id],
      );
      const taken = await failureOf(system.spawn(Ledger, { opening: 2 }, { name: 'l', on: 0 }));
      t.true(taken instanceof NameTakenError);
    }
    t.is(await (await system.lookup(Ledger, 'l'))?.ask.balance(), 1);
  }
  system.stop(ledger);
  await until(
    () => system.lookup(Ledger, 'l'),
    (found) => found === undefined,
  );
  t.deepEqual(await group.members(), []);
});

test.serial('an actor that does not begin again after all gives up its name', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const never = { restartsMax: 0 };
  const late = { backoff: { firstMs: 10_000 } };
  const kept = await system.spawn(Ledger, { opening: 1 }, { name: 'late', on: 1, supervision: late });
  await system.spawn(Ledger, { opening: 1 }, { name: 'never', on: 1, supervision: never });
  const down = nextEvent(system, 'nodeDown');
  kept.tell.exit();
  await down;
  t.is(await system.lookup(Ledger, 'never'), undefined);
  t.true((await system.lookup(Ledger, 'late'))?.equals(kept));
  system.stop(kept);
  await until(
    () => system.lookup(Ledger, 'late'),
    (found) => found === undefined,
  );
});

test.serial('an actor with a thread of its own and a name takes both with it', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const own = await system.spawn(Person, undefined, { name: 'own', on: 'own' });
  // Watching makes its node have an agent, which must not keep it.
  const clerk = await system.spawn(Clerk, undefined, { on: 'own' });
  await clerk.ask.join({ group: 'g', person: own });
  const recorder = await system.spawn(Recorder);
  clerk.tell.watch({ group: 'g', recorder });
  await until(
    () => recorder.ask.entries(),
    (entries) => entries.length > 0,
  );
  for (const ref of [own, clerk]) {
    const down = nextEvent(system, 'nodeDown', (event) => event.node === ref.node);
    system.stop(ref);
    t.is((await down).error, undefined);
  }
  t.is(await system.lookup(Person, 'own'), undefined);
  t.deepEqual(system.nodes, [0, 1]);
});

test.serial('a group has members and watchers on every node', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const nodes = [0, 1, 2];
  const people = await Promise.all(
    nodes.map((on) => system.spawn(Person, undefined, { name: `p${on}`, on })),
  );
  const clerks = await Promise.all(nodes.map((on) => system.spawn(Clerk, undefined, { on })));
  const recorders = await Promise.all(nodes.map((on) => system.spawn(Recorder, undefined, { on })));
  const seen: string[] = [];
  system.group(Person, 'g').watch((members) => seen.push(members.map(({ path }) => path).join(' ')));
  for (const at of nodes) clerks[at]!.tell.watch({ group: 'g', recorder: recorders[(at + 1) % 3]! });
  for (const at of nodes) await clerks[at]!.ask.join({ group: 'g', person: people[at]! });
  for (const clerk of clerks) t.deepEqual(await clerk.ask.members('g'), ['0/p0', '1/p1', '2/p2']);

  const down = nextEvent(system, 'nodeDown');
  people[1]!.tell.exit();
  await down;
  t.deepEqual(await clerks[2]!.ask.members('g'), ['0/p0', '2/p2']);
  people[0]!.tell.stop();
  await until(
    () => clerks[2]!.ask.members('g'),
    (members) => members.length === 1,
  );
  await until(
    () => Promise.resolve(seen),
    (states) => states.at(-1) === '2/p2',
  );
  // The clerk on node 2 writes to node 0; that of node 0 wrote to the node that died.
  const entries = await until(
    () => recorders[0]!.ask.entries(),
    (entries) => entries.at(-1) === '2/p2',
  );
  for (const states of [seen, entries]) {
    const order = ['', '0/p0', '0/p0 1/p1', '0/p0 1/p1 2/p2', '0/p0 2/p2', '2/p2'];
    const places = states.map((state) => order.indexOf(state));
    t.false(places.includes(-1), states.join('\n'));
    t.deepEqual(
      places,
      [...new Set(places)].sort((a, b) => a - b),
      'in order, none twice',
    );
  }
});

test.serial('members that join from all nodes at once are all there in the end', async (t) => {
  const system = await systemFor(t, { threads: 3 });
  const clerks = await Promise.all([0, 1, 2, 3].map((on) => system.spawn(Clerk, undefined, { on })));
  const people = await Promise.all(Array.from({ length: 200 }, () => system.spawn(Person)));
  let states = 0;
  const complete = new Promise<number>((resolve) => {
    system.group(Person, 'crowd').watch((members) => {
      states++;
      if (members.length === 200) resolve(states);
    });
  });
  await Promise.all(people.map((person, i) => clerks[i % 4]!.ask.join({ group: 'crowd', person })));
  t.true((await complete) <= 201);
  const members = await system.group(Person, 'crowd').members();
  t.is(new Set(members.map(({ id }) => id)).size, 200);
});

test.serial("names and groups show no actors that are not the app's", async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const heard: string[] = [];
  system.events.on((event) => {
    if ('actor' in event) heard.push(`${event.type} ${event.actor}`);
  });
  const clerk = await system.spawn(Clerk, undefined, { name: 'clerk', on: 1 });
  const person = await clerk.ask.spawn({ name: 'p' });
  const recorder = await system.spawn(Recorder, undefined, { on: 1 });
  clerk.tell.watch({ group: 'g', recorder });
  await clerk.ask.join({ group: 'g', person });
  await until(
    () => recorder.ask.entries(),
    (entries) => entries.at(-1) === '1/p',
  );
  await system.close();
  t.deepEqual(heard.filter((line) => line.startsWith('started')).sort(), [
    'started 1/clerk',
    'started 1/p',
    `started ${recorder.path}`,
  ]);
  t.deepEqual(
    heard.filter((line) => /registry/i.test(line)),
    [],
  );
});

test.serial('a closed system rejects, also what waited for a start', async (t) => {
  const system = await createSystem({ threads: 1, log: 'silent' });
  await blocked(t, system, 1);
  const starting = failureOf(system.spawn(Unborn, { how: 'throw' }, { name: 'u', on: 1 }));
  const waiting = failureOf(system.lookup(Unborn, 'u', { timeoutMs: Number.POSITIVE_INFINITY }));
  const group = system.group(Person, 'g');
  await group.members();
  const closing = system.close({ timeoutMs: 50 });
  t.true((await waiting) instanceof SystemClosedError);
  await closing;
  t.true((await starting) instanceof NodeDownError);
  for (const use of [
    system.lookup(Person, 'p'),
    system.lookupOrSpawn(Person, undefined, { name: 'p' }),
    system.spawn(Person, undefined, { name: 'p' }),
    group.members(),
  ]) {
    t.true((await failureOf(use)) instanceof SystemClosedError);
  }
});

test.serial('after close names and groups keep nothing alive', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'thrum-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const entry = join(folder, 'app.mjs');
  writeFileSync(
    entry,
    `
    import { createSystem } from ${JSON.stringify(import.meta.resolve('thrum'))};
    import { Blocker, Clerk, Person } from ${JSON.stringify(new URL('../fixtures/named.js', import.meta.url).href)};
    const system = await createSystem({ threads: 2 });
    const clerks = await Promise.all([0, 1, 2].map((on) => system.spawn(Clerk, undefined, { on, name: 'c' + on })));
    const group = system.group(Person, 'g');
    group.watch(() => {});
    for (const clerk of clerks) {
      const person = await clerk.ask.lookupOrSpawn('p' + clerk.node);
      await clerk.ask.join({ group: 'g', person });
    }
    console.log((await group.members()).length);
    await system.close();
    console.log(process.getActiveResourcesInfo().filter((name) => !/TTY|Pipe|FS/.test(name)).join() || 'none');
    `,
  );
  const { stdout } = await run(process.execPath, [entry], { timeout: 100_000 });
  t.is(stdout.trim(), '3\nnone');
});
