// The leaves that a request fans out to, in a module of their own so that worker threads find them.
import { actor, ask, tell } from 'thrum';
import * as z from 'zod';

/** Milliseconds that an ordinary reply takes, and a slow one: a hundred times as long. */
export const usualMs = 2;
export const slowMs = 200;

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
    return {
      async read(n) {
        begun++;
        await ctx.sleep(ctx.random() * slowOneIn < 1 ? slowMs : usualMs);
        return n;
      },
      async work(n) {
        begun++;
        await ctx.sleep(usualMs);
        return n;
      },
      busy: () => ctx.sleep(slowMs),
      begun: () => begun,
    };
  },
});
