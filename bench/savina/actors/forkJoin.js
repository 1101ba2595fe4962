// Fork-join: many messages to few actors (throughput), and one message to many actors (create).
import { actor, ask, refOf, tell } from 'thrum';
import * as z from 'zod';
import { flood } from '../../run/flood.js';
import { completion, configSchema, place, surely } from './config.js';

/** Savina's computation for each message. */
function compute(theta) {
  const sine = Math.sin(theta);
  return sine * sine;
}

const JoinProtocol = {
  run: ask(z.void(), z.number(), { concurrent: true }),
  /** An actor has handled so many messages. */
  done: tell(z.number()),
};

const Throughput = actor('savina/Throughput', {
  module: import.meta.url,
  args: z.object({ join: refOf(() => JoinProtocol), messages: z.number() }),
  protocol: { process: tell(z.number()), handled: ask(z.void(), z.number()) },
  create: ({ join, messages }) => {
    let handled = 0;
    let sum = 0;
    return {
      process(theta) {
        sum += compute(theta);
        if (++handled === messages) join.tell.done(sum > 0 ? handled : 0);
      },
      handled: () => handled,
    };
  },
});

/** Replies with the number of messages that were handled. */
export const ForkJoinThroughput = actor('savina/ForkJoinThroughput', {
  module: import.meta.url,
  args: configSchema,
  protocol: JoinProtocol,
  create: ({ nodes, size }, ctx) => {
    const { promise, resolve } = completion();
    let handled = 0;
    return {
      async run() {
        const { actors, messages } = size;
        const args = { join: ctx.self, messages };
        const workers = await Promise.all(
          Array.from({ length: actors }, (_, i) => ctx.spawn(Throughput, args, place(nodes, i))),
        );
        const target = (i) => workers[i % actors];
        await flood(actors * messages, {
          tell: (i) => target(i).tell.process(37.2),
          send: workers[0].send && ((i) => target(i).send.process(37.2)),
          drain: () => Promise.all(workers.map((worker) => worker.ask.handled())),
          // No mailbox gets more in all than it has room for.
          batch: Number.POSITIVE_INFINITY,
        });
        return promise;
      },
      done(count) {
        handled += count;
        if (handled === size.actors * size.messages) resolve(handled);
      },
    };
  },
});

const OneMessage = actor('savina/OneMessage', {
  module: import.meta.url,
  args: z.object({ join: refOf(() => JoinProtocol) }),
  protocol: { process: tell(z.number()) },
  create: ({ join }, ctx) => ({
    process(theta) {
      surely(join, 'done', compute(theta) > 0 ? 1 : 0);
      ctx.stop();
    },
  }),
});

const Forker = actor('savina/Forker', {
  module: import.meta.url,
  args: z.object({ join: refOf(() => JoinProtocol) }),
  protocol: { fork: ask(z.number(), z.number()) },
  create: ({ join }, ctx) => ({
    async fork(count) {
      const args = { join };
      const children = Array.from({ length: count }, () => ctx.spawn(OneMessage, args));
      for (const child of await Promise.all(children)) child.tell.process(37.2);
      return count;
    },
  }),
});

/** Forks on every node; replies with the number of actors that have computed. */
export const ForkJoinCreate = actor('savina/ForkJoinCreate', {
  module: import.meta.url,
  args: configSchema,
  protocol: JoinProtocol,
  create: ({ nodes, size }, ctx) => {
    const { promise, resolve } = completion();
    const forkerNodes = [...new Set(nodes)];
    let done = 0;
    return {
      async run() {
        const each = size.actors / forkerNodes.length;
        await Promise.all(
          forkerNodes.map(async (on) => {
            const forker = await ctx.spawn(Forker, { join: ctx.self }, { on });
            await forker.ask.fork(each, { timeoutMs: 60_000 });
          }),
        );
        return promise;
      },
      done(count) {
        done += count;
        if (done === size.actors) resolve(done);
      },
    };
  },
});
