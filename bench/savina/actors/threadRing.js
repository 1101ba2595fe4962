// Thread ring: a token goes round 100 actors until it has made 100,000 hops.
import { actor, ask, refOf, tell } from 'thrum';
import * as z from 'zod';
import { completion, configSchema, place } from './config.js';

const RingProtocol = {
  get connect() {
    return ask(
      refOf(() => RingProtocol),
      z.void(),
    );
  },
  /** Hops left. */
  token: tell(z.number()),
};

const MainProtocol = {
  run: ask(z.void(), z.number(), { concurrent: true }),
  finished: tell(z.number()),
};

const Member = actor('savina/RingMember', {
  module: import.meta.url,
  args: z.object({ main: refOf(() => MainProtocol), id: z.number() }),
  protocol: RingProtocol,
  create: ({ main, id }) => {
    let next;
    return {
      connect(ref) {
        next = ref;
      },
      token(left) {
        if (left === 0) main.tell.finished(id);
        else next.tell.token(left - 1);
      },
    };
  },
});

/** Replies with the id of the actor that has the token at the end. */
export const ThreadRing = actor('savina/ThreadRing', {
  module: import.meta.url,
  args: configSchema,
  protocol: MainProtocol,
  create: ({ nodes, size }, ctx) => {
    const { promise, resolve } = completion();
    return {
      async run() {
        const members = await Promise.all(
          Array.from({ length: size.actors }, (_, id) =>
            ctx.spawn(Member, { main: ctx.self, id }, place(nodes, id)),
          ),
        );
        // Answered before the token starts: two senders' messages to one actor come in any order.
        await Promise.all(
          members.map((member, id) => member.ask.connect(members[(id + 1) % members.length])),
        );
        members[0].tell.token(size.hops);
        return promise;
      },
      finished: resolve,
    };
  },
});
