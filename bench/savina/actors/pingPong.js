// Ping-pong: one message there and back, 40,000 times.
import { actor, ask, refOf, tell } from 'thrum';
import * as z from 'zod';
import { completion, configSchema, place } from './config.js';

const PingProtocol = {
  run: ask(z.void(), z.number(), { concurrent: true }),
  pong: tell(z.number()),
};

const Pong = actor('savina/Pong', {
  module: import.meta.url,
  args: z.object({ ping: refOf(() => PingProtocol) }),
  protocol: { ping: tell(z.number()) },
  create: ({ ping }) => ({
    ping(i) {
      ping.tell.pong(i);
    },
  }),
});

/** Replies with the number of pongs it had. */
export const PingPong = actor('savina/PingPong', {
  module: import.meta.url,
  args: configSchema,
  protocol: PingProtocol,
  create: ({ nodes, size }, ctx) => {
    const { promise, resolve } = completion();
    let pong;
    return {
      async run() {
        pong = await ctx.spawn(Pong, { ping: ctx.self }, place(nodes, 1));
        pong.tell.ping(1);
        return promise;
      },
      pong(i) {
        if (i === size.pings) resolve(i);
        else pong.tell.ping(i + 1);
      },
    };
  },
});
