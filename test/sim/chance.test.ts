// Chance, the functions it is made with, and the queue of events.
import test from 'ava';
import fc from 'fast-check';
import { Chance } from '../../lib/sim/chance.ts';
import { exp, ln, sqrt } from '../../lib/sim/elementary.ts';

test('logarithm, exponential and square root agree with the platform to the last digits', (t) => {
  const within = (a: number, b: number, what: string): void => {
    t.true(Math.abs(a - b) <= 4e-15 * Math.max(Math.abs(b), 1e-300), `${what}: ${a} instead of ${b}`);
  };
  fc.assert(
    fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
      // Near 1 the logarithm is small, and its error is that of the terms it is made of.
      t.true(Math.abs(ln(x) - Math.log(x)) <= 4e-15 * Math.max(Math.abs(Math.log(x)), 0.1));
      within(sqrt(x), Math.sqrt(x), `sqrt(${x})`);
    }),
    { seed: 1 },
  );
  fc.assert(
    fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) =>
      within(exp(x), Math.exp(x), `exp(${x})`),
    ),
    { seed: 1 },
  );
  t.is(ln(1), 0);
  t.is(exp(0), 1);
  t.is(sqrt(0), 0);
  t.throws(() => ln(0), { instanceOf: RangeError });
});

test('the numbers of a seed are these, on every machine', (t) => {
  const chance = new Chance(42, 'golden');
  const numbers = [
    chance.bits(),
    chance.random(),
    chance.int(1, 6),
    chance.exponential(10),
    chance.normal(),
    chance.logNormal(5, 0.5),
    chance.fork('x').bits(),
  ];
  t.deepEqual(
    numbers,
    [
      2873045456, 0.8382316788278015, 5, 7.903877111006449, -0.36707143077350024, 6.070333855123322,
      1868130568,
    ],
  );
});

test('streams of one seed, and streams of neighbouring seeds, are unlike each other', (t) => {
  const first = (seed: number, stream: string | number): number => new Chance(seed, stream).bits();
  const drawn = new Set<number>();
  for (let seed = 0; seed < 1000; seed++) {
    for (const stream of ['a', 'b', 1, 2]) drawn.add(first(seed, stream));
  }
  t.true(drawn.size > 3990, `${drawn.size} different of 4000`);
});

test('what is drawn has the distribution it is said to have', (t) => {
  const chance = new Chance(1);
  const n = 100_000;
  const mean = (draw: () => number): number => Array.from({ length: n }, draw).reduce((a, b) => a + b, 0) / n;
  const near = (actual: number, expected: number, by: number): void => {
    t.true(Math.abs(actual - expected) < by, `${actual} instead of ${expected}`);
  };
  near(
    mean(() => chance.random()),
    0.5,
    0.005,
  );
  near(
    mean(() => chance.int(1, 6)),
    3.5,
    0.03,
  );
  near(
    mean(() => chance.exponential(20)),
    20,
    0.4,
  );
  near(
    mean(() => (chance.exponential(20) > 20 * 3 ? 1 : 0)),
    Math.exp(-3),
    0.003,
  );
  near(
    mean(() => chance.normal(3, 2)),
    3,
    0.04,
  );
  near(
    mean(() => chance.normal() ** 2),
    1,
    0.03,
  );
  near(
    mean(() => (chance.logNormal(5, 0.5) > 5 ? 1 : 0)),
    0.5,
    0.01,
  );
  near(
    mean(() => (chance.bool(0.3) ? 1 : 0)),
    0.3,
    0.01,
  );
});
