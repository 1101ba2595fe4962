import { generateKeyPairSync } from 'node:crypto';
import test from 'ava';
import {
  type ChordRef,
  InvalidKeyError,
  InvalidSignatureError,
  identifierOf,
  joinRing,
  RingTooSmallError,
  StaleSequenceError,
  signValue,
  UnknownKeyError,
  ValueTooLargeError,
} from '../../../actors/chord/index.ts';
import { ringFor, untilIdeal } from '../support/rings.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const read = (value: Uint8Array): string => new TextDecoder().decode(value);

/** Waits until every value has its copies, and nobody any others. */
async function untilCopies(nodes: readonly ChordRef[], copies: number): Promise<void> {
  const deadlineMs = performance.now() + 100_000;
  for (;;) {
    const holdings = await Promise.all(nodes.map((node) => node.ask.holdings()));
    const total = holdings.reduce((sum, { records, tombstones }) => sum + records + tombstones, 0);
    if (total === copies && holdings.every(({ moving }) => !moving)) return;
    if (performance.now() > deadlineMs) throw new Error(`${total} copies, not ${copies}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('what is put by one node is got by any other, replaced and deleted', async (t) => {
  const { nodes } = await ringFor(t, 6);
  const first = await nodes[0]!.ask.put({ key: 'greeting', value: text('hello') });
  t.is(first.counter, 1);
  for (const node of nodes) t.is(read((await node.ask.get({ key: 'greeting' })).value), 'hello');
  await nodes[1]!.ask.put({ key: 'greeting', value: text('good day') });
  for (const node of nodes) {
    const { value, version } = await node.ask.get({ key: 'greeting' });
    t.is(read(value), 'good day');
    t.is(version.counter, 2);
  }
  await nodes[2]!.ask.delete({ key: 'greeting' });
  for (const node of nodes)
    await t.throwsAsync(node.ask.get({ key: 'greeting' }), { any: true, instanceOf: UnknownKeyError });
});

test('a value larger than a block is stored in blocks, which go when it is replaced', async (t) => {
  const { nodes } = await ringFor(t, 5, { blockBytes: 1000 });
  const large = Uint8Array.from({ length: 4321 }, (_, at) => at % 251);
  await nodes[0]!.ask.put({ key: 'large', value: large });
  t.deepEqual((await nodes[3]!.ask.get({ key: 'large' })).value, large);
  await untilCopies(nodes, (1 + 5) * 3);
  await nodes[1]!.ask.put({ key: 'large', value: text('small') });
  t.is(read((await nodes[4]!.ask.get({ key: 'large' })).value), 'small');
});

test('values survive the crash of a node, have three copies again, and move to a node that joins', async (t) => {
  const { system, nodes, parameters } = await ringFor(t, 6);
  const keys = Array.from({ length: 60 }, (_, n) => `key ${n}`);
  await Promise.all(keys.map((key) => nodes[0]!.ask.put({ key, value: text(key) })));
  await untilCopies(nodes, 180);
  const [crashed, ...others] = nodes;
  system.stop(crashed!, { kill: true });
  await untilIdeal(others, parameters);
  await untilCopies(others, 180);
  for (const key of keys) t.is(read((await others[1]!.ask.get({ key })).value), key);
  const [newcomer] = await joinRing(system, { name: 'newcomer', gateway: others[0]!, parameters });
  const all = [...others, newcomer!];
  await untilIdeal(all, parameters);
  await untilCopies(all, 180);
  t.true((await newcomer!.ask.holdings()).records > 0);
  for (const key of keys) t.is(read((await newcomer!.ask.get({ key })).value), key);
});

test('a node that leaves gives its values away first', async (t) => {
  // One copy of each value, which nothing but the leave itself moves.
  const { nodes, parameters } = await ringFor(t, 4, { repairMs: 0, replicas: 1 });
  const keys = Array.from({ length: 40 }, (_, n) => `key ${n}`);
  await Promise.all(keys.map((key) => nodes[0]!.ask.put({ key, value: text(key) })));
  const [leaver, ...others] = nodes;
  t.true((await leaver!.ask.holdings()).records > 0);
  await leaver!.ask.leave();
  await untilIdeal(others, parameters);
  for (const key of keys) t.is(read((await others[0]!.ask.get({ key })).value), key);
});

test('a hashed value proves itself', async (t) => {
  const { nodes } = await ringFor(t, 4);
  const hash = await nodes[0]!.ask.putHashed({ value: text('content') });
  t.is(hash, identifierOf('content'));
  t.is(read((await nodes[2]!.ask.getHashed({ hash })).value), 'content');
  const forged = {
    id: hash,
    version: { counter: 2, writer: '' },
    content: { kind: 'hashed', bytes: text('other') },
  } as const;
  await t.throwsAsync(nodes[1]!.ask.store({ records: [forged] }), {
    any: true,
    code: 'ERR_THRUM_CHORD_CORRUPT_VALUE',
  });
  await t.throwsAsync(nodes[1]!.ask.getHashed({ hash: identifierOf('unknown') }), {
    any: true,
    instanceOf: UnknownKeyError,
  });
});

test("a signed value is its owner's to change", async (t) => {
  const { nodes } = await ringFor(t, 4);
  const { privateKey } = generateKeyPairSync('ed25519');
  const hash = await nodes[0]!.ask.putSigned(signValue(privateKey, text('one'), 1));
  await nodes[1]!.ask.putSigned(signValue(privateKey, text('two'), 2));
  const { value, sequence } = await nodes[2]!.ask.getSigned({ hash });
  t.is(read(value), 'two');
  t.is(sequence, 2);
  const stale = nodes[0]!.ask.putSigned(signValue(privateKey, text('old'), 1));
  await t.throwsAsync(stale, { any: true, instanceOf: StaleSequenceError });
  const forged = { ...signValue(privateKey, text('three'), 3), value: text('not three') };
  await t.throwsAsync(nodes[0]!.ask.putSigned(forged), { any: true, instanceOf: InvalidSignatureError });
});

test('wrong keys and values are refused by name', async (t) => {
  const { nodes } = await ringFor(t, 3, { valueBytesMax: 100, keyBytesMax: 10 });
  const [node] = nodes;
  await t.throwsAsync(node!.ask.put({ key: 'k', value: new Uint8Array(101) }), {
    any: true,
    instanceOf: ValueTooLargeError,
  });
  await t.throwsAsync(node!.ask.put({ key: '', value: text('v') }), {
    any: true,
    instanceOf: InvalidKeyError,
  });
  await t.throwsAsync(node!.ask.put({ key: 'elevenbytes', value: text('v') }), {
    any: true,
    instanceOf: InvalidKeyError,
  });
  await t.throwsAsync(node!.ask.get({ key: 'k' }), { any: true, instanceOf: UnknownKeyError });
});

test('a ring with fewer nodes than copies takes no values', async (t) => {
  const { nodes } = await ringFor(t, 2, { storageAttempts: 2 });
  await t.throwsAsync(nodes[0]!.ask.put({ key: 'k', value: text('v') }), {
    any: true,
    instanceOf: RingTooSmallError,
  });
});
