import test from 'ava';
import type * as z from 'zod';
import {
  AlreadyAMemberError,
  ChordNode,
  IdentifierTakenError,
  InvalidIdentifierError,
  identifierOf,
  JoinFailedError,
  joinRing,
  NotAMemberError,
} from '../../../actors/chord/index.ts';
import { systemFor } from '../../fixtures/systems.ts';
import { ownerOf, quick, ringFor, untilIdeal, viewsOf } from '../support/rings.ts';

test('nodes on two threads join into one ideal ring, and both kinds of lookup find the node of a key', async (t) => {
  const { nodes } = await ringFor(t, 12);
  const ids = (await viewsOf(nodes)).map(({ id }) => id);
  for (let n = 0; n < 100; n++) {
    const key = identifierOf(`key ${n}`);
    const expected = ownerOf(ids, key);
    for (const mode of ['iterative', 'recursive'] as const) {
      const { owner, hops, timeouts } = await nodes[n % 12]!.ask.lookup({ key, mode });
      t.is(owner.id, expected);
      t.true(hops <= 4, `${hops} hops`);
      t.is(timeouts, 0);
    }
  }
});

test('a node that stops at once is gone from the ring, and so is one that leaves', async (t) => {
  const { system, nodes, parameters } = await ringFor(t, 8);
  const [crashed, leaver, ...others] = nodes;
  system.stop(crashed!, { kill: true });
  await leaver!.ask.leave();
  await untilIdeal(others, parameters);
  const ids = (await viewsOf(others)).map(({ id }) => id);
  for (let n = 0; n < 30; n++) {
    const key = identifierOf(`key ${n}`);
    const { owner } = await others[n % 6]!.ask.lookup({ key });
    t.is(owner.id, ownerOf(ids, key));
  }
});

test('a ring of one is responsible for everything, and a second node makes it two', async (t) => {
  const { system, nodes, parameters } = await ringFor(t, 1);
  const [only] = nodes;
  const { owner, hops } = await only!.ask.lookup({ key: identifierOf('x') });
  t.is(owner.id, (await only!.ask.view()).id);
  t.is(hops, 0);
  const [second] = await joinRing(system, { name: 'second', gateway: only!, parameters });
  await untilIdeal([only!, second!], parameters);
  await second!.ask.leave();
  await untilIdeal([only!], parameters);
  t.deepEqual((await only!.ask.view()).successors, []);
});

test('a host may take several places', async (t) => {
  const system = await systemFor(t, { threads: 2 });
  const first = await joinRing(system, { name: 'a', virtualNodes: 3, parameters: quick });
  const second = await joinRing(system, {
    name: 'b',
    virtualNodes: 3,
    gateway: first[0]!,
    parameters: quick,
  });
  await untilIdeal([...first, ...second], quick);
  const views = await viewsOf(first);
  t.deepEqual(
    views.map(({ id }) => id),
    [0, 1, 2].map((n) => identifierOf(`a#${n}`)),
  );
});

test('a node enters a ring once in its life', async (t) => {
  const { nodes } = await ringFor(t, 2);
  const [a, b] = nodes;
  await t.throwsAsync(a!.ask.create(), {
    any: true,
    instanceOf: AlreadyAMemberError,
    code: 'ERR_THRUM_CHORD_ALREADY_A_MEMBER',
  });
  await t.throwsAsync(b!.ask.join({ gateway: a! }), { any: true, instanceOf: AlreadyAMemberError });
});

test('a taken identifier is refused, and the node may not enter', async (t) => {
  const { system, nodes, parameters } = await ringFor(t, 3);
  const twin = await system.spawn(ChordNode, { name: 'node 1#0', parameters });
  await t.throwsAsync(twin.ask.join({ gateway: nodes[0]! }), { any: true, instanceOf: IdentifierTakenError });
  t.is((await twin.ask.view()).phase, 'outside');
  await untilIdeal(nodes, parameters);
});

test('a node outside of a ring says so, and is no gateway', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const outside = await system.spawn(ChordNode, { name: 'outside', parameters: quick });
  const other = await system.spawn(ChordNode, { name: 'other', parameters: quick });
  await t.throwsAsync(outside.ask.lookup({ key: identifierOf('x') }), {
    any: true,
    instanceOf: NotAMemberError,
  });
  await t.throwsAsync(outside.ask.get({ key: 'x' }), { any: true, instanceOf: NotAMemberError });
  await t.throwsAsync(outside.ask.leave(), { any: true, instanceOf: NotAMemberError });
  await t.throwsAsync(other.ask.join({ gateway: outside }), { any: true, instanceOf: NotAMemberError });
  system.stop(outside);
  await t.throwsAsync(other.ask.join({ gateway: outside }), { any: true, instanceOf: JoinFailedError });
});

test('parameters that cannot be are refused where the node is spawned', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const refusal = async (args: z.input<typeof ChordNode.args>): Promise<unknown> => {
    const error = await t.throwsAsync(system.spawn(ChordNode, args), { any: true });
    return (error as Error & { code: string }).code;
  };
  const identifier = 'ERR_THRUM_CHORD_IDENTIFIER';
  const contradiction = 'ERR_THRUM_CHORD_PARAMETERS';
  t.is(await refusal({ name: 'x', parameters: { idBits: 162 } }), identifier);
  t.is(await refusal({ id: 'abc' }), identifier);
  t.is(await refusal({ name: 'x', parameters: { replicas: 10, successors: 8 } }), contradiction);
  t.is(await refusal({ name: 'x', parameters: { replicas: 3, writeQuorum: 4 } }), contradiction);
  t.is(await refusal({ name: 'x', parameters: { stabilizeMs: { min: 2, max: 1 } } }), contradiction);
});

test('a key of another width is no key of the ring', async (t) => {
  const { nodes } = await ringFor(t, 1);
  await t.throwsAsync(nodes[0]!.ask.lookup({ key: 'abc' }), {
    any: true,
    instanceOf: InvalidIdentifierError,
  });
});
