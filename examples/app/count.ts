// The app's own code, the same in every bundle.
import { AskTimeoutError, InvalidMessageError, type System } from 'thrum';
import { EmptyRangeError, Primes } from './primes.ts';

const range = 100_000;

/** Counts the primes below 100,000 on two threads. */
export async function countPrimes(system: System): Promise<string> {
  const counters = await Promise.all([system.spawn(Primes), system.spawn(Primes)]);
  const halves = await Promise.all(
    counters.map((counter, n) => counter.ask.count({ from: (n * range) / 2, to: ((n + 1) * range) / 2 })),
  );
  const primes = halves.reduce((sum, half) => sum + half.primes, 0);
  return `${primes} primes on ${new Set(halves.map((half) => half.thread)).size} threads`;
}

/** Which classes errors have that come from another thread. */
export async function nameErrors(system: System): Promise<string> {
  const counter = await system.spawn(Primes, undefined, { supervision: { onFailure: 'resume' } });
  const failing = [
    () => counter.ask.count({ from: 1, to: 1 }),
    () => counter.ask.count({ from: 'one' as never, to: 1 }),
    () => counter.ask.count({ from: 0, to: 1_000_000 }, { timeoutMs: 1 }),
  ];
  const names: string[] = [];
  for (const ask of failing) {
    const error = await attempt(ask);
    const types = [EmptyRangeError, InvalidMessageError, AskTimeoutError];
    const type = types.find((candidate) => error instanceof candidate);
    names.push(`${(error as Error).name}${type === undefined ? ' of another class' : ''}`);
  }
  return names.join(', ');
}

/** What it fails with; a message that doesn't fit throws where it is sent. */
async function attempt(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    return error;
  }
}
