// What a node's thread holds, and what is done for it to be let go.
import test from 'ava';
import { move } from '../../lib/index.ts';
import { Modules, Scales } from '../fixtures/modules.ts';
import { systemFor } from '../fixtures/systems.ts';

test('what is dead of the memory that messages bring along is collected young', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const scales = await system.spawn(Scales, undefined, { on: 1 });
  const [part, parts] = [256 * 1024, 512];
  for (let i = 0; i < parts; i++) await scales.send.put(new Uint8Array(part));
  const moved = 4 * 1024 * 1024;
  for (let i = 0; i < 16; i++) await scales.send.put(move(new Uint8Array(moved)));
  const { bytes, collections } = await scales.ask.read();
  t.is(bytes, parts * part + 16 * moved);
  t.true(collections >= 8, `${collections} collections while 192 MB came`);
});

test('memory that is given away again has nothing collected', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const scales = await system.spawn(Scales, undefined, { on: 1 });
  let data: Uint8Array = new Uint8Array(16 * 1024 * 1024);
  for (let i = 0; i < 40; i++) data = await scales.ask.pass(move(data));
  const { collections } = await scales.ask.read();
  t.true(collections < 20, `${collections} collections`);
});

test('a node has the room for new objects that the system is told', async (t) => {
  const young = [];
  for (const heap of [{}, { youngBytes: 16 * 2 ** 20 }]) {
    const system = await systemFor(t, { threads: 1, heap });
    young.push(await (await system.spawn(Modules, undefined, { on: 1 })).ask.young());
  }
  t.deepEqual(young, [12, 48]);
});

test('a node loads none of the web interfaces that Node has: they are a sixth of its heap', async (t) => {
  const system = await systemFor(t, { threads: 1 });
  const modules = await system.spawn(Modules, undefined, { on: 1 });
  const loaded = await modules.ask.loaded();
  t.true(
    loaded.some((name) => name.includes('internal/worker/io')),
    'the list is what it is taken for',
  );
  t.deepEqual(
    loaded.filter((name) => name.includes('undici')),
    [],
  );
});
