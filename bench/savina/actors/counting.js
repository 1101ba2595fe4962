// Counting: a producer tells a counter a million times, then asks for the count.
import { actor, ask, tell } from 'thrum';
import * as z from 'zod';
import { flood } from '../../run/flood.js';
import { configSchema, place } from './config.js';

const Counter = actor('savina/Counter', {
  module: import.meta.url,
  protocol: { increment: tell(), count: ask(z.void(), z.number()) },
  create: () => {
    let count = 0;
    return {
      increment() {
        count++;
      },
      count: () => count,
    };
  },
});

/** Replies with the count. */
export const Counting = actor('savina/Counting', {
  module: import.meta.url,
  args: configSchema,
  protocol: { run: ask(z.void(), z.number()) },
  create: ({ nodes, size }, ctx) => ({
    async run() {
      const counter = await ctx.spawn(Counter, undefined, place(nodes, 1));
      const sameNode = place(nodes, 1).on === ctx.node;
      await flood(size.messages, {
        tell: () => counter.tell.increment(),
        send: counter.send && (() => counter.send.increment()),
        drain: () => counter.ask.count(),
        // On one node, in portions that stay in the cache. Across, the runtime's pushback, where it has it.
        batch: sameNode ? 4096 : counter.send === undefined ? 32_768 : Number.POSITIVE_INFINITY,
      });
      return counter.ask.count({ timeoutMs: 60_000 });
    },
  }),
});
