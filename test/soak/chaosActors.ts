// The actors of chaos.ts: they pass work on among each other, fail, stall and end their thread when told to, and count
// in memory that outlives their threads.
import * as z from 'zod';
import { actor, ask, refOf, sharedBytes, tell } from '../../lib/index.ts';

/** Places in the shared counts. */
export const Count = { told: 0, toldHandled: 1, askHandled: 2, restarts: 3 } as const;

export const PeerProtocol = {
  /** Goes on to another peer until `hops` is 0. */
  work: tell(z.object({ hops: z.number(), n: z.number() })),
  get meet() {
    return tell(z.array(refOf(() => PeerProtocol)));
  },
  fail: tell(z.string()),
  failLater: tell(z.string()),
  stall: tell(z.number()),
  exit: tell(z.number()),
  loop: tell(),
  double: ask(z.number(), z.number()),
  doubleLater: ask(z.number(), z.number(), { concurrent: true }),
};

export const Peer = actor('soak/chaos/Peer', {
  module: import.meta.url,
  args: z.object({ counts: sharedBytes() }),
  protocol: PeerProtocol,
  create: ({ counts: memory }, ctx) => {
    const counts = new Int32Array(memory.buffer);
    const handled = () => Atomics.add(counts, Count.toldHandled, 1);
    let others: { tell: { work(message: { hops: number; n: number }): boolean } }[] = [];
    Atomics.add(counts, Count.restarts, 1);
    return {
      work({ hops, n }) {
        handled();
        const next = others[n % Math.max(others.length, 1)];
        if (hops === 0 || next === undefined) return;
        // Counted first: what is told may be handled before the next line here.
        Atomics.add(counts, Count.told, 1);
        if (!next.tell.work({ hops: hops - 1, n: n >>> 1 })) Atomics.sub(counts, Count.told, 1);
      },
      meet(peers) {
        handled();
        others = peers;
      },
      fail(text) {
        handled();
        throw new Error(text);
      },
      async failLater(text) {
        handled();
        await ctx.sleep(1);
        throw new Error(text);
      },
      stall(ms) {
        handled();
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
      },
      exit(code) {
        handled();
        process.exit(code);
      },
      loop() {
        handled();
        for (;;);
      },
      double(n) {
        Atomics.add(counts, Count.askHandled, 1);
        return n * 2;
      },
      async doubleLater(n) {
        Atomics.add(counts, Count.askHandled, 1);
        await new Promise((resolve) => setImmediate(resolve));
        return n * 2;
      },
    };
  },
});
