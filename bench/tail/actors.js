// A request that fans out to a hundred leaves, and the leaves: actors, so that threads and the simulator run the same.
import { actor, ask, pool, tell } from 'thrum';
import * as z from 'zod';

/** What a reply takes: so many milliseconds at least, and an exponential delay on top. */
const leastMs = 5;
const meanMoreMs = 2;
/** A slow one takes so many times as long. */
const slowTimes = 100;
/** How long a leaf has something else to do. */
export const busyMs = 200;
export const leafCount = 100;

/** Leaf `slot` lives on one of the two nodes beside the host. */
const nodeOf = (slot) => 1 + (slot % 2);

export const Leaf = actor('bench/Leaf', {
  module: import.meta.url,
  args: z.object({ slowOneIn: z.number() }),
  protocol: {
    /** Waits without holding the leaf; one reply in `slowOneIn` takes long. */
    read: ask(z.number(), z.number(), { concurrent: true }),
    /** Holds the leaf for the usual time. */
    work: ask(z.number(), z.number()),
    /** Something else to do: holds the leaf for long. */
    busy: tell(),
    /** How many reads and works have begun. */
    begun: ask(z.void(), z.number()),
  },
  create: ({ slowOneIn }, ctx) => {
    let begun = 0;
    const usualMs = () => leastMs - Math.log(1 - ctx.random()) * meanMoreMs;
    return {
      async read(n) {
        begun++;
        const times = ctx.random() * slowOneIn < 1 ? slowTimes : 1;
        await ctx.sleep(times * usualMs());
        return n;
      },
      async work(n) {
        begun++;
        await ctx.sleep(usualMs());
        return n;
      },
      busy: () => ctx.sleep(busyMs),
      begun: () => begun,
    };
  },
});

/**
 * Requests that come at fixed times, whether or not earlier ones are done: otherwise a slow one would keep others from
 * being measured.
 */
export const FanOut = actor('bench/FanOut', {
  module: import.meta.url,
  args: z.object({
    message: z.enum(['read', 'work']),
    slowOneIn: z.number(),
    /** The pool's `hedge` or `tie`. */
    options: z.record(z.string(), z.unknown()),
    everyMs: z.number(),
    /** Some leaf gets something else to do every so many milliseconds, at irregular times; 0: never. */
    busyEachMs: z.number(),
  }),
  protocol: {
    /** So many requests; how long each took, in milliseconds, and the asks that leaves have begun. */
    run: ask(z.number(), z.object({ took: z.array(z.number()), begun: z.number() })),
  },
  create: ({ message, slowOneIn, options, everyMs, busyEachMs }, ctx) => {
    let leaves;
    const request = async () => {
      const start = ctx.now();
      const asks = Array.from({ length: leafCount }, (_, i) => leaves.ask[message](i));
      const replies = await Promise.all(asks);
      const sum = replies.reduce((all, n) => all + n, 0);
      if (sum !== (leafCount * (leafCount - 1)) / 2) throw new Error(`the replies' sum is ${sum}`);
      return ctx.now() - start;
    };
    const begun = async () => (await leaves.gather.begun()).replies.reduce((all, n) => all + n, 0);
    const keepBusy = async (until) => {
      while (busyEachMs > 0 && !until.aborted) {
        await ctx.sleep(-Math.log(1 - ctx.random()) * busyEachMs);
        leaves.members[Math.floor(ctx.random() * leafCount)].tell.busy();
      }
    };
    return {
      async run(count) {
        leaves ??= await pool(ctx, Leaf, leafCount, { args: { slowOneIn }, on: nodeOf, ...options });
        const before = await begun();
        const done = new AbortController();
        const busy = keepBusy(done.signal);
        const running = [];
        const start = ctx.now();
        for (let i = 0; i < count; i++) {
          const dueIn = start + i * everyMs - ctx.now();
          if (dueIn > 0) await ctx.sleep(dueIn);
          running.push(request());
        }
        const took = await Promise.all(running);
        done.abort();
        await busy;
        return { took, begun: (await begun()) - before };
      },
    };
  },
});
