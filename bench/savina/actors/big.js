// Big: 120 actors, each of which pings a random other 20,000 times and waits for the pong each time.
import { actor, ask, refOf, tell } from 'thrum';
import * as z from 'zod';
import { completion, configSchema, place, randomSequence } from './config.js';

const BigProtocol = {
  get meet() {
    return ask(z.array(refOf(() => BigProtocol)), z.void());
  },
  start: tell(),
  /** From the actor of that index. */
  ping: tell(z.number()),
  pong: tell(z.number()),
  answered: ask(z.void(), z.number()),
};

const SinkProtocol = {
  run: ask(z.void(), z.number(), { concurrent: true }),
  finished: tell(),
};

const Member = actor('savina/BigMember', {
  module: import.meta.url,
  args: z.object({ sink: refOf(() => SinkProtocol), index: z.number(), pings: z.number() }),
  protocol: BigProtocol,
  create: ({ sink, index, pings }) => {
    const random = randomSequence(index);
    let members;
    let sent = 0;
    let expected;
    let answered = 0;
    const pingOne = () => {
      sent++;
      expected = random(members.length);
      members[expected].tell.ping(index);
    };
    return {
      meet(all) {
        members = all;
      },
      start: pingOne,
      ping(from) {
        answered++;
        members[from].tell.pong(index);
      },
      pong(from) {
        if (from !== expected) throw new Error(`a pong from ${from}, not from ${expected}`);
        if (sent === pings) sink.tell.finished();
        else pingOne();
      },
      answered: () => answered,
    };
  },
});

/** Replies with the number of pings that were answered. */
export const Big = actor('savina/Big', {
  module: import.meta.url,
  args: configSchema,
  protocol: SinkProtocol,
  create: ({ nodes, size }, ctx) => {
    const { promise, resolve } = completion();
    let finished = 0;
    return {
      async run() {
        const members = await Promise.all(
          Array.from({ length: size.actors }, (_, index) =>
            ctx.spawn(Member, { sink: ctx.self, index, pings: size.pings }, place(nodes, index)),
          ),
        );
        // Answered before the first start: two senders' messages to one actor come in any order.
        await Promise.all(members.map((member) => member.ask.meet(members)));
        for (const member of members) member.tell.start();
        await promise;
        const answered = await Promise.all(members.map((member) => member.ask.answered()));
        return answered.reduce((sum, count) => sum + count, 0);
      },
      finished() {
        if (++finished === size.actors) resolve();
      },
    };
  },
});
