// Skynet: an actor makes ten, each of which makes ten, down to a million leaves; each leaf answers with its
// number and every parent with the sum. (https://github.com/atemerev/skynet)
import { actor, ask, refOf, tell } from 'thrum';
import * as z from 'zod';
import { completion, configSchema, place } from './config.js';

const ParentProtocol = { sum: tell(z.number()) };

const nodeArgs = z.object({
  parent: refOf(() => ParentProtocol),
  first: z.number(),
  leaves: z.number(),
});

const Inner = actor('savina/SkynetInner', {
  module: import.meta.url,
  args: nodeArgs,
  protocol: ParentProtocol,
  create: ({ parent, first, leaves }, ctx) => {
    let left = 10;
    let total = 0;
    if (leaves === 1) {
      parent.tell.sum(first);
      ctx.stop();
    } else {
      const each = leaves / 10;
      for (let i = 0; i < 10; i++) {
        ctx.spawn(Inner, { parent: ctx.self, first: first + i * each, leaves: each });
      }
    }
    return {
      sum(part) {
        total += part;
        if (--left > 0) return;
        parent.tell.sum(total);
        ctx.stop();
      },
    };
  },
});

const RootProtocol = { ...ParentProtocol, run: ask(z.void(), z.number(), { concurrent: true }) };

/** The root; replies with the sum over the leaves' numbers. */
export const Skynet = actor('savina/Skynet', {
  module: import.meta.url,
  args: configSchema,
  protocol: RootProtocol,
  create: ({ nodes, size }, ctx) => {
    const { promise, resolve } = completion();
    let left = 10;
    let total = 0;
    return {
      sum(part) {
        total += part;
        if (--left === 0) resolve(total);
      },
      async run() {
        const each = size.leaves / 10;
        // The parent of the first ten: a ref with the one message that they send.
        const collector = await ctx.spawn(Collector, { root: ctx.self });
        for (let i = 0; i < 10; i++) {
          ctx.spawn(Inner, { parent: collector, first: i * each, leaves: each }, place(nodes, i));
        }
        return promise;
      },
    };
  },
});

const Collector = actor('savina/SkynetCollector', {
  module: import.meta.url,
  args: z.object({ root: refOf(() => RootProtocol) }),
  protocol: ParentProtocol,
  create: ({ root }) => ({
    sum(part) {
      root.tell.sum(part);
    },
  }),
});
