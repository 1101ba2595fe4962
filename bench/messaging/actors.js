// The actors of the messaging suite, in a module of their own so that worker threads find them.
import { actor, ask, bytes, refOf, tell } from 'thrum';
import * as z from 'zod';
import { flood } from '../run/flood.js';
import { addition, oneInFlight, payloadWeight, weight } from './messages.js';

const additionSchema = z.object({ by: z.number(), key: z.string() });

/** Adds up what it is told; `take` is the sum since the last `take`. */
export const Counter = actor('bench/Counter', {
  module: import.meta.url,
  protocol: {
    add: tell(additionSchema),
    payload: tell(bytes()),
    weigh: ask(additionSchema, z.number()),
    take: ask(z.void(), z.number()),
  },
  create: () => {
    let sum = 0;
    return {
      add(message) {
        sum += weight(message);
      },
      payload(data) {
        sum += payloadWeight(data);
      },
      weigh: (message) => weight(message),
      take() {
        const taken = sum;
        sum = 0;
        return taken;
      },
    };
  },
});

/** The eight messages of `messages.js`, each with a schema of its own. */
export const EightCounter = actor('bench/EightCounter', {
  module: import.meta.url,
  protocol: {
    added: tell(z.object({ by: z.number(), key: z.string() })),
    moved: tell(z.object({ x: z.number(), y: z.number() })),
    named: tell(z.object({ id: z.int(), name: z.string() })),
    flagged: tell(z.object({ flag: z.string(), on: z.boolean() })),
    paid: tell(z.object({ cents: z.int(), to: z.string() })),
    seen: tell(z.object({ at: z.number(), page: z.string() })),
    linked: tell(z.object({ from: z.string(), to: z.string() })),
    scored: tell(z.object({ points: z.int(), total: z.int() })),
    take: ask(z.void(), z.number()),
  },
  create: () => {
    let sum = 0;
    return {
      added(m) {
        sum += m.by + m.key.length;
      },
      moved(m) {
        sum += m.x + m.y;
      },
      named(m) {
        sum += m.id + m.name.length;
      },
      flagged(m) {
        sum += (m.on ? 1 : 0) + m.flag.length;
      },
      paid(m) {
        sum += m.cents + m.to.length;
      },
      seen(m) {
        sum += m.at + m.page.length;
      },
      linked(m) {
        sum += m.from.length + m.to.length;
      },
      scored(m) {
        sum += m.points + m.total;
      },
      take() {
        const taken = sum;
        sum = 0;
        return taken;
      },
    };
  },
});

/** Sends to a counter from the node it is on. */
export const Sender = actor('bench/Sender', {
  module: import.meta.url,
  args: z.object({ counter: refOf(() => Counter) }),
  protocol: {
    /** Tells so many additions; replies when all are accepted. */
    flood: ask(z.number(), z.void()),
    /** Makes so many asks one after the other and checks the replies. */
    converse: ask(z.number(), z.number()),
  },
  create: ({ counter }) => ({
    flood: (count) =>
      flood(count, {
        tell: (i) => counter.tell.add(addition(i)),
        send: counter.send && ((i) => counter.send.add(addition(i))),
        // Not `take`: the sum is the driver's. Without `send`, four senders share the room of one mailbox.
        drain: () => counter.ask.weigh(addition(0)),
        batch: counter.send === undefined ? 8192 : Number.POSITIVE_INFINITY,
      }),
    converse: (count) => oneInFlight(count, (i) => counter.ask.weigh(addition(i))),
  }),
});

/** Does nothing: what an actor costs. */
export const Idle = actor('bench/Idle', {
  module: import.meta.url,
  protocol: { nudge: tell(z.number()) },
  create: () => {
    idle.count++;
    return { nudge: touch };
  },
});

/** How many {@link Idle} this thread has made. */
export const idle = { count: 0 };

function touch() {}

/** Spawns children in its own turns, as a parent does. */
export const Nursery = actor('bench/Nursery', {
  module: import.meta.url,
  protocol: { grow: ask(z.number(), z.number()) },
  create: (_args, ctx) => ({
    async grow(count) {
      const children = new Array(count);
      for (let i = 0; i < count; i++) children[i] = ctx.spawn(Idle);
      return (await Promise.all(children)).length;
    },
  }),
});
