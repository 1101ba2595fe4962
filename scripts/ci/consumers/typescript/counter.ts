import { isMainThread } from 'node:worker_threads';
import { actor, ask, type Handlers, tell } from 'thrum';
import { z } from 'zod';

const protocol = {
  add: tell(z.number()),
  total: ask(z.void(), z.object({ total: z.number(), onMainThread: z.boolean() })),
};

class CounterBehaviour implements Handlers<typeof protocol> {
  #total: number;

  constructor(start: number) {
    this.#total = start;
  }

  add(n: number): void {
    this.#total += n;
  }

  total(): { total: number; onMainThread: boolean } {
    return { total: this.#total, onMainThread: isMainThread };
  }
}

export const Counter = actor('smoke/Counter', {
  module: import.meta.url,
  args: z.object({ start: z.number() }),
  protocol,
  create: ({ start }) => new CounterBehaviour(start),
});
