// Messages of other nodes that are handled the moment they arrive: what an actor does is the same as in a turn.
import test from 'ava';
import * as z from 'zod';
import { actor, ask, type Ref, tell } from '../../lib/index.ts';
import { nodePlatform } from '../../lib/threads/platform.ts';
import { ByteReader, ByteWriter } from '../../lib/wire/buffer.ts';
import { FrameKind } from '../../lib/wire/frames.ts';
import { protocolTable } from '../../lib/wire/protocolTable.ts';
import { manualNode, settle } from '../fixtures/manualWorld.ts';

const Worker = actor('test/arrivals/Worker', {
  args: z.object({ label: z.string() }),
  protocol: {
    note: tell(z.string()),
    /** Does what the test has put there. */
    run: tell(z.string()),
    wait: tell(z.void()),
    count: ask(z.void(), z.number()),
  },
  create: ({ label }, ctx) => {
    scene.log.push(`${label} begins`);
    let notes = 0;
    ctx.onStop(() => {
      scene.log.push(`${label} ends`);
    });
    return {
      note(text) {
        notes++;
        scene.log.push(text);
        scene.onNote(text);
      },
      run(what) {
        scene.log.push(what);
        if (what === 'stop') ctx.stop();
        else if (what === 'fail') throw new Error('as told');
        else if (what === 'unstash') ctx.unstashAll();
        else if (what === 'stash' && !scene.log.includes('unstash')) ctx.stash();
      },
      async wait() {
        await scene.gate;
        scene.log.push('waited');
      },
      count: () => notes,
    };
  },
});

interface Scene {
  log: string[];
  gate: Promise<void>;
  onNote: (text: string) => void;
}

let scene: Scene = { log: [], gate: Promise.resolve(), onNote: () => {} };

type Message = [name: 'note' | 'run' | 'wait', payload?: string];

function prepared() {
  scene = { log: [], gate: Promise.resolve(), onNote: () => {} };
  const made = manualNode(undefined, true);
  const { world } = made;
  const table = protocolTable(Worker.protocol);
  const arrive = (ref: Ref<never> | object, name: string, payload: unknown, askId?: number): void => {
    const entry = table.entries.find((candidate) => candidate.name === name)!;
    const writer = new ByteWriter(nodePlatform);
    writer.f64(Number((ref as { id: string }).id.split('/')[1]));
    writer.i32(entry.wireId);
    if (askId !== undefined) writer.f64(askId);
    entry.codec.write(payload, writer, made.node.refs);
    const kind = askId === undefined ? FrameKind.tell : FrameKind.ask;
    world.receiver!.receive(1, kind, new ByteReader(nodePlatform, writer.bytes, 0, writer.position));
  };
  /** What arrives together. */
  const burst = (ref: object, ...messages: Message[]): void => {
    for (const [name, payload] of messages) arrive(ref, name, payload);
    world.wake();
  };
  return { ...made, arrive, burst };
}

test.serial('an actor that has nothing to do handles a message when it arrives', async (t) => {
  const { spawn, burst } = prepared();
  const worker = await spawn(Worker, { label: 'a' });
  burst(worker, ['note', 'one'], ['note', 'two']);
  t.deepEqual(scene.log, ['a begins', 'one', 'two']);
});

test.serial('an ask is answered when it arrives', async (t) => {
  const { world, spawn, arrive } = prepared();
  const kinds: number[] = [];
  const writer = new ByteWriter(nodePlatform);
  world.transport.link = (() => ({
    writer,
    hasRoom: true,
    commit: (start: number) => kinds.push(writer.bytes[start + 4]!),
  })) as never;
  const worker = await spawn(Worker, { label: 'a' });
  arrive(worker, 'note', 'one');
  arrive(worker, 'count', undefined, 44);
  t.deepEqual(kinds, [FrameKind.reply]);
});

test.serial(
  'behind a message whose handler waits, others wait, and are handled in their order',
  async (t) => {
    const { spawn, burst } = prepared();
    const worker = await spawn(Worker, { label: 'a' });
    let open = () => {};
    scene.gate = new Promise((resolve) => {
      open = resolve;
    });
    burst(worker, ['note', 'one'], ['wait'], ['note', 'two']);
    burst(worker, ['note', 'three']);
    await settle();
    t.deepEqual(scene.log, ['a begins', 'one']);
    open();
    await settle();
    burst(worker, ['note', 'four']);
    t.deepEqual(scene.log, ['a begins', 'one', 'waited', 'two', 'three', 'four']);
  },
);

test.serial('an actor that stops in its handler ends, and what comes behind has no receiver', async (t) => {
  const { spawn, burst, events } = prepared();
  const worker = await spawn(Worker, { label: 'a' });
  burst(worker, ['note', 'one'], ['run', 'stop'], ['note', 'two']);
  await settle();
  t.deepEqual(scene.log, ['a begins', 'one', 'stop', 'a ends']);
  t.deepEqual(
    events.flatMap((event) => (event.type === 'deadLetter' ? [event.message] : [])),
    ['note'],
  );
});

test.serial('an actor that fails begins again, and handles what has come meanwhile', async (t) => {
  const { world, spawn, burst } = prepared();
  const worker = await spawn(Worker, { label: 'a' });
  burst(worker, ['note', 'one'], ['run', 'fail'], ['note', 'two'], ['note', 'three']);
  await world.advance(1000);
  t.deepEqual(scene.log, ['a begins', 'one', 'fail', 'a ends', 'a begins', 'two', 'three']);
});

test.serial('what was put aside as it arrived comes back in its order', async (t) => {
  const { spawn, burst } = prepared();
  const worker = await spawn(Worker, { label: 'a' });
  burst(worker, ['run', 'stash'], ['note', 'one'], ['run', 'unstash']);
  await settle();
  t.deepEqual(scene.log, ['a begins', 'stash', 'one', 'unstash', 'stash']);
});

test.serial(
  'after a turn’s time the rest waits for a turn, and what arrives next may be handled at once',
  async (t) => {
    const { world, spawn, burst } = prepared();
    const [worker, other] = [await spawn(Worker, { label: 'a' }), await spawn(Worker, { label: 'b' })];
    scene.onNote = () => world.tick(1);
    const notes = Array.from({ length: 300 }, (_, i): Message => ['note', `${i}`]);
    burst(worker, ...notes, ['note', 'last']);
    // A batch is over before the clock is read.
    t.is(scene.log.length, 2 + 128);
    burst(other, ['note', 'next']);
    t.is(scene.log.at(-1), 'next');
    await settle();
    t.deepEqual(
      scene.log.filter((line) => /^\d|last/.test(line)),
      [...notes.map(([, text]) => text!), 'last'],
    );
  },
);

test.serial('nothing is handled in the midst of another handler', async (t) => {
  const { spawn, arrive, burst } = prepared();
  const [worker, other] = [await spawn(Worker, { label: 'a' }), await spawn(Worker, { label: 'b' })];
  scene.onNote = (text) => {
    if (text !== 'one') return;
    arrive(other, 'note', 'two');
    scene.log.push('one ends');
  };
  burst(worker, ['note', 'one']);
  await settle();
  t.deepEqual(scene.log, ['a begins', 'b begins', 'one', 'one ends', 'two']);
});

test.serial('slow handlers are told apart by their actors', async (t) => {
  const { world, spawn, arrive, events } = prepared();
  const [worker, other] = [await spawn(Worker, { label: 'a' }), await spawn(Worker, { label: 'b' })];
  scene.onNote = (text) => world.tick(Number(text));
  for (const ms of ['1', '60', '60']) arrive(worker, 'note', ms);
  arrive(other, 'run', 'nothing');
  world.wake();
  await settle();
  const slow = events.filter((event) => event.type === 'slowHandler');
  t.deepEqual(
    slow.map((event) => [event.actor, event.messages, event.ms, event.during]),
    [[worker.path, 3, 121, 'note']],
  );
});
