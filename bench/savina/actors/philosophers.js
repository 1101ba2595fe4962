// Dining philosophers: 20 of them eat 10,000 times each; an arbitrator holds the forks and denies whom it must.
import { actor, ask, refOf, tell } from 'thrum';
import * as z from 'zod';
import { completion, configSchema, place } from './config.js';

const ArbitratorProtocol = {
  run: ask(z.void(), z.number(), { concurrent: true }),
  hungry: tell(z.number()),
  done: tell(z.number()),
  full: tell(z.number()),
};

const Philosopher = actor('savina/Philosopher', {
  module: import.meta.url,
  args: z.object({ arbitrator: refOf(() => ArbitratorProtocol), id: z.number(), rounds: z.number() }),
  protocol: { start: tell(), denied: tell(), eat: tell() },
  create: ({ arbitrator, id, rounds }) => {
    let eaten = 0;
    return {
      start() {
        arbitrator.tell.hungry(id);
      },
      denied() {
        arbitrator.tell.hungry(id);
      },
      eat() {
        eaten++;
        arbitrator.tell.done(id);
        if (eaten < rounds) arbitrator.tell.hungry(id);
        else arbitrator.tell.full(eaten);
      },
    };
  },
});

/** The arbitrator; replies with the number of meals. */
export const Philosophers = actor('savina/Philosophers', {
  module: import.meta.url,
  args: configSchema,
  protocol: ArbitratorProtocol,
  create: ({ nodes, size }, ctx) => {
    const { promise, resolve } = completion();
    const forkIsTaken = new Array(size.philosophers).fill(false);
    const right = (id) => (id + 1) % size.philosophers;
    let philosophers;
    let left = size.philosophers;
    let meals = 0;
    return {
      async run() {
        philosophers = await Promise.all(
          Array.from({ length: size.philosophers }, (_, id) =>
            ctx.spawn(Philosopher, { arbitrator: ctx.self, id, rounds: size.rounds }, place(nodes, id + 1)),
          ),
        );
        for (const philosopher of philosophers) philosopher.tell.start();
        return promise;
      },
      hungry(id) {
        if (forkIsTaken[id] || forkIsTaken[right(id)]) return philosophers[id].tell.denied();
        forkIsTaken[id] = true;
        forkIsTaken[right(id)] = true;
        philosophers[id].tell.eat();
      },
      done(id) {
        forkIsTaken[id] = false;
        forkIsTaken[right(id)] = false;
      },
      full(eaten) {
        meals += eaten;
        if (--left === 0) resolve(meals);
      },
    };
  },
});
