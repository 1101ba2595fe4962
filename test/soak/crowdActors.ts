// The actors of crowd.ts: each tells every other one so many messages, in turn, and counts what it is told.
import * as z from 'zod';
import { actor, ask, refOf, tell } from '../../lib/index.ts';

const filling = 'x'.repeat(200);

const TalkerProtocol = {
  get talkTo() {
    return ask(z.object({ others: z.array(refOf(() => TalkerProtocol)), count: z.number() }), z.void(), {
      concurrent: true,
    });
  },
  say: tell(z.object({ n: z.number(), filling: z.string() })),
  heard: ask(z.void(), z.number()),
};

export const Talker = actor('soak/crowd/Talker', {
  module: import.meta.url,
  protocol: TalkerProtocol,
  create: () => {
    let heard = 0;
    return {
      async talkTo({ others, count }) {
        for (let n = 0; n < count; n++) {
          for (const other of others) {
            if (!other.tell.say({ n, filling })) await other.send.say({ n, filling });
          }
        }
      },
      say({ filling: said }) {
        if (said.length === filling.length) heard++;
      },
      heard: () => heard,
    };
  },
});
