// What nobody handles inside a simulation is the run's failure; what others leave in the same process is not.
import { once } from 'node:events';
import test from 'ava';
import { SimulationError, shrink, UnhandledRejectionError } from '../../lib/sim/index.ts';
import { floating, late } from '../fixtures/strays.ts';

const quiet = { traceFile: false } as const;

test('a rejected promise that nobody handles fails its seed, the same each time, and no other', async (t) => {
  t.is((await floating.run({ ...quiet, seed: 2 })).seed, 2);
  const failing = async (): Promise<SimulationError> =>
    t.throwsAsync(floating.run({ ...quiet, seed: 3 }), { instanceOf: SimulationError });
  const first = await failing();
  t.true(first.cause instanceof UnhandledRejectionError);
  t.is(((first.cause as Error).cause as Error).message, 'number 1 is refused');
  t.regex(
    first.message,
    /^seed 3 fails at [\d.]+ ms .*nobody handled it: number 1 is refused \(and 1 more\);/,
  );
  t.regex(first.message, /thrum sim .*strays\.ts --name 'floating promise' --seed 3/);
  t.is((await failing()).message, first.message);
  t.is((await floating.run({ ...quiet, seed: 4 })).seed, 4);
});

test('its schedule can be shrunk', async (t) => {
  const { trace } = await t.throwsAsync(
    floating.run({ ...quiet, seed: 3, faults: { pauses: { everyMs: 5000, forMs: 5 } } }),
    { instanceOf: SimulationError },
  );
  t.true(trace.schedule.injections.length > 0);
  t.is((await shrink(trace, floating.scenario)).to, 0);
});

test('one that is handled before the run ends is no failure', async (t) => {
  t.is((await late.run(quiet)).seed, 1);
});

test.serial('what others leave in the process meanwhile is theirs', async (t) => {
  const run = floating.run({ ...quiet, seed: 5 });
  const heard = once(process, 'unhandledRejection');
  let promise: Promise<never> | undefined;
  setTimeout(() => {
    promise = Promise.reject(new Error('of somebody else'));
  }, 1);
  const [reason] = (await heard) as [Error];
  t.is(reason.message, 'of somebody else');
  await t.throwsAsync(promise!);
  t.is((await run).seed, 5);
});
