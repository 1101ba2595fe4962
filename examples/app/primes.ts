// An actor that keeps its thread busy.
import { threadId } from 'node:worker_threads';
import { actor, ask } from 'thrum';
import * as z from 'zod';

export class EmptyRangeError extends Error {
  override readonly name = 'EmptyRangeError';
  readonly code = 'E_EMPTY_RANGE';
}

export const Primes = actor('examples/Primes', {
  protocol: {
    count: ask(z.object({ from: z.int(), to: z.int() }), z.object({ primes: z.int(), thread: z.int() })),
  },
  errors: [EmptyRangeError],
  create: () => ({
    count({ from, to }) {
      if (from >= to) throw new EmptyRangeError(`nothing between ${from} and ${to}`);
      let primes = 0;
      for (let n = from; n < to; n++) if (isPrime(n)) primes++;
      return { primes, thread: threadId };
    },
  }),
});

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return n > 1;
}
