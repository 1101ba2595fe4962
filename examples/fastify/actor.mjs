// The work behind an actor.
import * as z from 'zod';
import { actor, ask } from '../../dist/lib/index.js';
import { countPrimes } from './work.mjs';

export const Primes = actor('examples/FastifyPrimes', {
  module: import.meta.url,
  protocol: { count: ask(z.object({ limit: z.int().min(2).max(10_000_000) }), z.int()) },
  create: () => ({ count: ({ limit }) => countPrimes(limit) }),
});
