// The ring and the links on it: nothing lost, doubled or out of order, at every boundary.

import { MessageChannel } from 'node:worker_threads';
import test from 'ava';
import fc from 'fast-check';
import type { FrameReceiver } from '../../lib/node/world.ts';
import { CorruptMessageError } from '../../lib/protocol/errors.ts';
import { allocateBoard, Board, slotsMax } from '../../lib/threads/board.ts';
import { allocateRing, RingConsumer, RingProducer } from '../../lib/threads/ring.ts';
import { RingLink } from '../../lib/threads/ringLink.ts';
import { RingSource } from '../../lib/threads/ringSource.ts';
import { beginFrame, endFrame, FrameKind, traceContextBytes, tracedBit } from '../../lib/wire/frames.ts';

test('bytes come out as they went in, whatever the sizes, also where positions wrap', (t) => {
  const property = fc.property(
    fc.constantFrom(0, 1000, 2 ** 31 - 50, -50, 2 ** 31 - 1),
    fc.constantFrom(8, 16, 64),
    fc.array(fc.tuple(fc.nat(90), fc.nat(90)), { maxLength: 60 }),
    (position, capacity, steps) => {
      const memory = allocateRing(capacity, position);
      const producer = new RingProducer(memory);
      const consumer = new RingConsumer(memory);
      const source = new Uint8Array(10_000).map((_, i) => i % 251);
      const target = new Uint8Array(10_000);
      let written = 0;
      let read = 0;
      for (const [offered, wanted] of steps) {
        const accepted = producer.put(source, written, written + offered);
        t.is(consumer.available, written - read, 'not shown yet');
        producer.publish();
        t.is(accepted, Math.min(offered, capacity - (written - read)));
        written += accepted;
        t.is(consumer.available, written - read);
        const taken = consumer.read(target, read, wanted);
        t.is(taken, Math.min(wanted, written - read));
        read += taken;
      }
      t.deepEqual(target.subarray(0, read), source.subarray(0, read));
    },
  );
  t.notThrows(() => fc.assert(property, { numRuns: 1000 }));
});

test('a producer without room is told once when there is some', (t) => {
  const memory = allocateRing(8);
  const producer = new RingProducer(memory);
  const consumer = new RingConsumer(memory);
  const bytes = new Uint8Array(8);
  producer.put(bytes, 0, 8);
  producer.publish();
  t.false(producer.awaitRoom());
  consumer.read(bytes, 0, 3);
  t.false(consumer.producerWaits(), 'not before half of the ring is free');
  consumer.read(bytes, 0, 1);
  t.true(consumer.producerWaits());
  t.false(consumer.producerWaits());
  t.true(producer.awaitRoom(), 'there is room already: nobody will tell');
  t.false(consumer.producerWaits());
});

test('a producer that waits for what went beside the ring is told once, when enough of it was fetched', (t) => {
  for (const position of [0, 2 ** 31 - 50]) {
    const memory = allocateRing(8);
    const producer = new RingProducer(memory);
    const consumer = new RingConsumer(memory);
    consumer.fetched(position);
    producer.awaitFetched(position + 100);
    t.false(consumer.fetched(60));
    t.true(consumer.fetched(40));
    t.false(consumer.fetched(40), 'it was told already');
    t.is(producer.fetched, (position + 140) | 0);
  }
});

test('both ends know how their next byte lies within a word', (t) => {
  const memory = allocateRing(64, -3);
  const producer = new RingProducer(memory);
  const consumer = new RingConsumer(memory);
  t.is(producer.alignment, 5);
  producer.put(new Uint8Array(7), 0, 7);
  producer.publish();
  t.is(producer.alignment, 4);
  consumer.read(new Uint8Array(8), 0, 6);
  t.is(consumer.alignment(0), 3);
  t.is(consumer.alignment(2), 1);
});

test('a sender without room goes on as soon as its bytes are taken, before they are handled', (t) => {
  const { link, source, seen, send, told } = linked(t, 64, 0);
  send(0, 150);
  link.flush();
  t.true(link.blocked);
  source.drain();
  t.deepEqual(seen, []);
  t.is(told.count, 1);
  link.flush();
  source.drain();
  link.flush();
  source.drain();
  t.deepEqual(seen, [0]);
});

/** A ring with a link that writes to it, and the port that goes beside it. */
function linkOn(capacity: number, position: number) {
  const memory = allocateRing(capacity, position);
  const { port1, port2 } = new MessageChannel();
  const nothing = (): void => {};
  return { memory, port2, link: new RingLink(1, new RingProducer(memory), port1, nothing, nothing) };
}

/** A link and its source, with frames that carry a number and filling. */
function linked(t: { teardown(fn: () => void): void }, capacity: number, position: number) {
  const { memory, port2, link } = linkOn(capacity, position);
  const seen: number[] = [];
  const receiver: FrameReceiver = {
    receive(from, kind, frame) {
      if (from !== 7 || kind !== FrameKind.tell) throw new Error('not the frame that was sent');
      const id = frame.f64();
      const filling = frame.block();
      if (!filling.every((byte) => byte === id % 256) || frame.remaining !== 0) throw new Error('damaged');
      seen.push(id);
    },
  };
  const told = { count: 0 };
  const source = new RingSource(7, new RingConsumer(memory), port2, receiver, () => told.count++);
  t.teardown(() => {
    link.close();
    source.close();
  });
  const send = (id: number, size: number): void => {
    const { writer } = link;
    const start = beginFrame(writer, FrameKind.tell);
    writer.f64(id);
    writer.block(new Uint8Array(size).fill(id % 256));
    endFrame(writer, start);
    link.commit(start);
  };
  return { link, source, seen, send, told };
}

test('a frame with a trace context reads like one without', (t) => {
  const { link, source, seen } = linked(t, 1024, 0);
  const { writer } = link;
  for (const [id, traced] of [
    [1, true],
    [2, false],
  ] as const) {
    const start = beginFrame(writer, FrameKind.tell | (traced ? tracedBit : 0));
    if (traced) for (let i = 0; i < traceContextBytes; i++) writer.u8(0xff);
    writer.f64(id);
    writer.block(new Uint8Array(3).fill(id));
    endFrame(writer, start);
    link.commit(start);
  }
  link.flush();
  source.drain();
  t.deepEqual(seen, [1, 2]);
  t.is(link.close(), 0, 'both count as messages');
});

test('small and large frames keep their order, over full rings, stops and wraps', (t) => {
  const size = fc.oneof(
    { weight: 8, arbitrary: fc.nat(60) },
    { weight: 2, arbitrary: fc.nat(9000) },
    { weight: 1, arbitrary: fc.constantFrom(32_700, 32_760, 32_770, 200_000) },
  );
  const property = fc.property(
    fc.constantFrom(64, 1024, 65_536),
    fc.constantFrom(0, 2 ** 31 - 100, -100),
    fc.array(fc.record({ size, drain: fc.boolean(), flush: fc.boolean() }), { maxLength: 80 }),
    (capacity, position, steps) => {
      const cleanUp: (() => void)[] = [];
      const { link, source, seen, send } = linked({ teardown: (fn) => cleanUp.push(fn) }, capacity, position);
      steps.forEach((step, id) => {
        send(id, step.size);
        if (step.flush) link.flush();
        if (step.drain) source.drain();
      });
      do link.flush();
      while (source.drain() > 0);
      t.deepEqual(
        seen,
        steps.map((_, id) => id),
      );
      t.is(link.close(), 0, 'no message is on its way');
      for (const fn of cleanUp) fn();
    },
  );
  t.notThrows(() => fc.assert(property, { numRuns: 300 }));
});

type Carried = { readonly how: 'inside' | 'borrowed' | 'given'; readonly size: number };

test('blocks arrive whole and in order, through the ring or given away, over full rings, stops and wraps', async (t) => {
  const block = fc.record({
    how: fc.constantFrom<Carried['how'][]>('inside', 'borrowed', 'given'),
    size: fc.oneof(
      { weight: 6, arbitrary: fc.nat(300) },
      { weight: 2, arbitrary: fc.nat(20_000) },
      { weight: 1, arbitrary: fc.constantFrom(16_384, 65_536, 70_000) },
    ),
  });
  const property = fc.asyncProperty(
    fc.constantFrom(64, 1024, 65_536, 262_144),
    fc.constantFrom(0, 3, 2 ** 31 - 100, -100),
    fc.array(
      fc.record({
        blocks: fc.array(block, { maxLength: 3 }),
        // Where a block lies within a word at its owner's.
        offset: fc.nat(8),
        drain: fc.constantFrom(0, 0, 50, 1000, Number.POSITIVE_INFINITY),
        flush: fc.boolean(),
      }),
      { maxLength: 40 },
    ),
    async (capacity, position, steps) => {
      const { memory, port2, link } = linkOn(capacity, position);
      const seen: string[] = [];
      const owners = new Set<ArrayBufferLike>();
      let blocksSeen = 0;
      const receiver: FrameReceiver = {
        receive(_from, _kind, frame) {
          const id = frame.u32();
          const sizes: number[] = [];
          for (let left = frame.u32(); left > 0; left--) {
            const data = frame.blockBeside() ?? frame.blockCopy();
            if (!data.every((byte) => byte === (id + left) % 251)) throw new Error('damaged');
            owners.add(data.buffer);
            blocksSeen++;
            sizes.push(data.length);
          }
          if (frame.remaining !== 0) throw new Error('too long');
          seen.push(`${id}: ${sizes.join()}`);
        },
      };
      const source = new RingSource(7, new RingConsumer(memory), port2, receiver, () => {});
      const { writer } = link;
      steps.forEach(({ blocks, offset, drain, flush }, id) => {
        const start = beginFrame(writer, FrameKind.tell);
        writer.u32(id);
        writer.u32(blocks.length);
        const own = blocks.map(({ how, size }, i) => {
          const data = new Uint8Array(new ArrayBuffer(size + offset), offset).fill(
            (id + blocks.length - i) % 251,
          );
          if (how === 'inside') writer.block(data);
          else if (how === 'borrowed') writer.blockBorrowed(data);
          else writer.blockBeside(data);
          return data;
        });
        endFrame(writer, start);
        link.commit(start);
        // They are the sender's again: whatever it does with them now is its own affair.
        for (const data of own) if (data.length > 0) data.fill(255);
        if (flush) link.flush();
        if (drain > 0) source.drain(drain);
      });
      do link.flush();
      while (source.drain() > 0);
      t.deepEqual(
        seen,
        steps.map(({ blocks }, id) => `${id}: ${blocks.map(({ size }) => size).join()}`),
      );
      t.is(owners.size, blocksSeen, 'each block has memory of its own');
      t.is(link.close(), 0, 'no message is on its way');
      source.close();
    },
  );
  await t.notThrowsAsync(() => fc.assert(property, { numRuns: 200, endOnFailure: true }));
});

test('a message that gives the same memory away twice has it twice', (t) => {
  const { link, source } = linked(t, 1024, 0);
  const { writer } = link;
  const arrived: Uint8Array[] = [];
  const receiver: FrameReceiver = {
    receive(_from, _kind, frame) {
      for (let i = 0; i < 3; i++) arrived.push(frame.blockBeside()!);
    },
  };
  Object.assign(source, { receiver });
  const memory = new Uint8Array(100).fill(1);
  const start = beginFrame(writer, FrameKind.tell);
  writer.blockBeside(memory.subarray(0, 50));
  writer.blockBorrowed(new Uint8Array(200).fill(2));
  writer.blockBeside(memory.subarray(50));
  endFrame(writer, start);
  link.commit(start);
  link.flush();
  source.drain();
  t.is(memory.length, 0);
  t.deepEqual(
    arrived.map((block) => [block.length, block[0]]),
    [
      [50, 1],
      [200, 2],
      [50, 1],
    ],
  );
  t.is(arrived[0]!.buffer, arrived[2]!.buffer);
});

test('a block that no link sends is refused before memory is taken for it', (t) => {
  const head = (length: number, index: number): Uint8Array => {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, length, true);
    bytes[4] = FrameKind.block;
    view.setUint32(5, index, true);
    return bytes;
  };
  for (const [length, index, message] of [
    [15, 0, /a block of -1 bytes/],
    [0xffffffff, 0, /a block of \d+ bytes/],
    [100, 1, /block 1 without those before it/],
  ] as const) {
    const memory = allocateRing(64);
    const producer = new RingProducer(memory);
    const { port1, port2 } = new MessageChannel();
    const source = new RingSource(7, new RingConsumer(memory), port2, { receive: () => {} }, () => {});
    producer.put(head(length, index), 0, 16);
    producer.publish();
    t.throws(() => source.drain(), { instanceOf: CorruptMessageError, message });
    port1.close();
    source.close();
  }
});

test('a link whose reader stops pushes back at a bound, and counts what was never read', (t) => {
  const { link, source, seen, send } = linked(t, 1024, 0);
  let sent = 0;
  while (link.hasRoom) send(sent++, 100);
  const bytes = sent * 117;
  t.true(bytes > 64 * 1024 && bytes < 64 * 1024 + 1024 + 2 * 117, `${bytes} bytes wait`);
  source.drain();
  const read = seen.length;
  t.true(read > 0 && read < sent);
  t.is(link.close(), sent - read);
});

test('slots ring and are heard once, up to the last one', (t) => {
  const memory = allocateBoard();
  const [receiver, sender] = [new Board(memory, 1), new Board(memory, 2)];
  for (const slot of [0, 2, 31, 32, 63, slotsMax - 1]) sender.ring(1, slot);
  t.true(receiver.anyReady(slotsMax));
  const heard: number[] = [];
  receiver.takeReady(slotsMax, (slot) => heard.push(slot));
  t.deepEqual(heard, [0, 2, 31, 32, 63, slotsMax - 1]);
  t.false(receiver.anyReady(slotsMax));
});

test('a node that has been rung for does not go to sleep; one that sleeps is woken', async (t) => {
  const memory = allocateBoard();
  const [receiver, sender] = [new Board(memory, 1), new Board(memory, 2)];
  sender.ring(1, 2);
  t.is(receiver.park(32), undefined);
  receiver.takeReady(32, () => {});
  const sleeping = receiver.park(32);
  t.truthy(sleeping);
  const keepAlive = setInterval(() => {}, 1000);
  sender.ring(1, 2);
  t.is(await sleeping, 'ok');
  clearInterval(keepAlive);
});

test('the allowance for rings is kept', (t) => {
  const board = new Board(allocateBoard(), 0);
  const limit = 64 * 1024 * 1024;
  const sizes: number[] = [];
  // All ordered pairs of 17 nodes, and then far more.
  for (let i = 0; i < 16 * 17; i++) sizes.push(board.claimRingBytes(262_144, 16_384, limit));
  t.is(sizes[0], 262_144);
  t.true(sizes.every((size, i) => size >= 65_536 && size <= (sizes[i - 1] ?? size)));
  for (let i = 0; i < 10_000; i++) sizes.push(board.claimRingBytes(262_144, 16_384, limit));
  t.is(sizes.at(-1), 0);
  t.is(
    board.ringBytes,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  t.true(board.ringBytes <= limit);
  board.releaseRingBytes(16_384);
  t.is(board.claimRingBytes(262_144, 16_384, limit), 16_384);
});

test('pressure is seen by all, and its end wakes those who wait for it', (t) => {
  const memory = allocateBoard();
  const [owner, sender] = [new Board(memory, 1), new Board(memory, 2)];
  owner.reset(2);
  owner.press(70);
  t.true(sender.pressed(1, 70));
  t.false(sender.pressed(1, 71));
  t.false(sender.pressed(2, 70));
  sender.awaitRelease(1, 70);
  t.false(sender.anyReady(32));
  owner.release(70);
  t.false(sender.pressed(1, 70));
  t.true(sender.anyReady(32));
  sender.takeReady(32, () => {});
  owner.press(70);
  owner.release(70);
  t.false(sender.anyReady(32), 'nobody waits any more');
});
