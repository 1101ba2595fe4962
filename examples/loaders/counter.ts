// An actor that other threads find by its module: nothing is bundled.
import { threadId } from 'node:worker_threads';
import { actor, ask, tell } from 'thrum';
import * as z from 'zod';

export const Counter = actor('examples/Counter', {
  module: import.meta.url,
  args: z.object({ start: z.number() }),
  protocol: { add: tell(z.number()), total: ask(z.void(), z.number()), thread: ask(z.void(), z.number()) },
  create: ({ start }) => {
    let sum = start;
    return {
      add(n) {
        sum += n;
      },
      total: () => sum,
      thread: () => threadId,
    };
  },
});
