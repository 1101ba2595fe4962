// The definitions the type tests talk to. That this file compiles is a test too: nothing in it needs a type
// argument or an annotation.

import { z } from 'zod';
import { actor, ask, tell } from '../../lib/index.ts';

/** DESIGN.md's own example. */
export const Counter = actor('types/Counter', {
  module: import.meta.url,
  args: z.object({ start: z.number().default(0) }),
  protocol: {
    add: tell(z.number()),
    reset: tell(),
    total: ask(z.void(), z.number()),
  },
  create: ({ start }) => {
    let sum = start;
    return {
      add(n) {
        sum += n;
      },
      reset() {
        sum = 0;
      },
      total: () => sum,
    };
  },
});

/** A protocol object of its own, with messages whose input and output sides differ. */
export const LibraryProtocol = {
  put: tell(z.object({ title: z.string(), copies: z.number().default(1) })),
  find: ask(z.object({ title: z.string() }), z.object({ copies: z.number(), year: z.number().optional() })),
  titles: ask(z.void(), z.array(z.string())),
  clear: ask(z.void(), z.void()),
};

/** No args at all. */
export const Library = actor('types/Library', {
  module: import.meta.url,
  protocol: LibraryProtocol,
  create: () => {
    const shelf = new Map<string, number>();
    return {
      put: ({ title, copies }) => {
        shelf.set(title, copies);
      },
      find: async ({ title }) => ({ copies: shelf.get(title) ?? 0 }),
      titles: () => [...shelf.keys()],
      clear: () => shelf.clear(),
    };
  },
});

/** Args without a default. */
export const Greeter = actor('types/Greeter', {
  module: import.meta.url,
  args: z.object({ greeting: z.string(), loud: z.boolean().optional() }),
  protocol: { greet: ask(z.string(), z.string()) },
  create: ({ greeting }) => ({ greet: (name) => `${greeting}, ${name}` }),
});
