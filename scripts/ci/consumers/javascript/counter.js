import { isMainThread } from 'node:worker_threads';
import { actor, ask, tell } from 'thrum';
import { z } from 'zod';

export const Counter = actor('smoke/Counter', {
  module: import.meta.url,
  args: z.object({ start: z.number() }),
  protocol: {
    add: tell(z.number()),
    total: ask(z.void(), z.object({ total: z.number(), onMainThread: z.boolean() })),
  },
  create: ({ start }) => {
    let total = start;
    return {
      add(n) {
        total += n;
      },
      total: () => ({ total, onMainThread: isMainThread }),
    };
  },
});
