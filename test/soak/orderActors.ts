// The actors of order.ts: senders that number what they send, and a receiver that checks the numbers.
import * as z from 'zod';
import { actor, ask, bytes, move, refOf, tell } from '../../lib/index.ts';

/** The receiver stands still for so long, once in so many messages. */
const pauseMs = 30;
const pauseEvery = 1_000_000;
/** Some messages are large enough for another way between the threads, some give memory away. */
const largeEvery = 1000;
const largeBytes = 40_000;
const movedEvery = 1009;
const movedBytes = 8192;

const small = new Uint8Array(0);

export const ReceiverProtocol = {
  number: tell(z.object({ sender: z.number(), n: z.number(), filling: bytes() })),
  result: ask(z.void(), z.object({ received: z.array(z.number()), wrong: z.number() })),
};

export const Receiver = actor('soak/order/Receiver', {
  module: import.meta.url,
  args: z.object({ senders: z.number() }),
  protocol: ReceiverProtocol,
  create: ({ senders }) => {
    const received = new Array<number>(senders).fill(0);
    const never = new Int32Array(new SharedArrayBuffer(4));
    let wrong = 0;
    let handled = 0;
    return {
      number({ sender, n, filling }) {
        if (received[sender] !== n || !isFilled(filling, n)) wrong++;
        received[sender] = n + 1;
        if (++handled % pauseEvery === 0) Atomics.wait(never, 0, 0, pauseMs);
      },
      result: () => ({ received, wrong }),
    };
  },
});

export const Sender = actor('soak/order/Sender', {
  module: import.meta.url,
  args: z.object({ sender: z.number(), receiver: refOf(() => ReceiverProtocol) }),
  protocol: {
    /** Sends the messages numbered [from, to). */
    send: ask(z.object({ from: z.number(), to: z.number() }), z.void()),
  },
  create: ({ sender, receiver }) => ({
    async send({ from, to }) {
      for (let n = from; n < to; n++) {
        const filling = fillingOf(n);
        if (!receiver.tell.number({ sender, n, filling })) await receiver.send.number({ sender, n, filling });
      }
    },
  }),
});

function sizeOf(n: number): number {
  if (n % largeEvery === 0) return largeBytes;
  return n % movedEvery === 0 ? movedBytes : 0;
}

function fillingOf(n: number): Uint8Array {
  const size = sizeOf(n);
  if (size === 0) return small;
  const filling = new Uint8Array(size).fill(n & 0xff);
  return size === movedBytes ? move(filling) : filling;
}

function isFilled(filling: Uint8Array, n: number): boolean {
  return filling.length === sizeOf(n) && (filling.length === 0 || filling.at(-1) === (n & 0xff));
}
