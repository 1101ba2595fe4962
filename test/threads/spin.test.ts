// A node that looks for more work before it sleeps.
import { MessageChannel } from 'node:worker_threads';
import test from 'ava';
import { allocateBoard, Board } from '../../lib/threads/board.ts';
import { allocateRing, RingProducer } from '../../lib/threads/ring.ts';
import { RingLink } from '../../lib/threads/ringLink.ts';
import { RingTransport } from '../../lib/threads/ringTransport.ts';
import { beginFrame, endFrame, FrameKind } from '../../lib/wire/frames.ts';

for (const spin of [true, false]) {
  const who = spin ? 'a worker node' : 'the host';

  test(`timers and I/O of ${who} have their turn while messages from another node never end`, async (t) => {
    const memory = allocateBoard();
    const [own, other] = [new Board(memory, 1), new Board(memory, 2)];
    const options = { node: 1, ringBytesMax: 2 ** 20, down: [], connect: () => {} };
    const transport = new RingTransport({ ...options, board: own, spin });
    const ring = allocateRing(1024);
    const { port1, port2 } = new MessageChannel();
    const producer = new RingProducer(ring);
    const link = new RingLink(
      1,
      producer,
      port1,
      () => other.ring(1, 2),
      () => {},
    );
    const send = (): void => {
      const start = beginFrame(link.writer, FrameKind.tell);
      endFrame(link.writer, start);
      link.commit(start);
      link.flush();
    };
    let received = 0;
    // Each one that is handled is followed by another, which is there before the node looks again.
    transport.onFrame({
      receive() {
        received++;
        send();
      },
    });
    transport.accept(2, { ring, port: port2 });
    send();
    await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise(setImmediate);
    const before = received;
    await new Promise((resolve) => setTimeout(resolve, 5));
    t.true(before > 0 && received > before, 'and the messages have theirs');
    transport.close();
    link.close();
  });
}
