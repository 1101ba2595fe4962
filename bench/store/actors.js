// A sum, durable or not, and an actor that puts values.
import { actor, ask } from 'thrum';
import * as z from 'zod';

const protocol = { add: ask(z.object({ by: z.number(), key: z.string() }), z.number()) };

function sum(ctx, durable) {
  let total = 0;
  if (durable) {
    ctx.persist({
      snapshot: () => total,
      restore: (kept) => {
        total = kept;
      },
    });
  }
  return {
    add({ by }) {
      total += by;
      return total;
    },
  };
}

export const DurableSum = actor('bench/store/DurableSum', {
  module: import.meta.url,
  protocol,
  create: (_args, ctx) => sum(ctx, true),
});

export const Sum = actor('bench/store/Sum', {
  module: import.meta.url,
  protocol,
  create: (_args, ctx) => sum(ctx, false),
});

export const Keeper = actor('bench/store/Keeper', {
  module: import.meta.url,
  protocol: { put: ask(z.object({ key: z.string(), value: z.number() }), z.void()) },
  create: (_args, ctx) => ({ put: ({ key, value }) => ctx.store.put(key, value) }),
});
