// The histogram of ask latencies: how exact it is, how it adds up, and which asks are measured.
import test from 'ava';
import * as fc from 'fast-check';
import {
  addLatency,
  bucketEndMs,
  bucketOf,
  describeLatency,
  LatencySampler,
  latencySlots,
  recordLatency,
} from '../../lib/node/latency.ts';

const histogramOf = (durations: readonly number[]): Float64Array => {
  const slots = new Float64Array(latencySlots);
  for (const ms of durations) recordLatency(slots, ms);
  return slots;
};

/** 1 µs to 2 minutes, as often short as long. */
const duration = fc
  .double({ min: -3, max: Math.log10(120_000), noNaN: true })
  .map((exponent) => 10 ** exponent);

test('a bucket ends less than an eighth above what is in it, and buckets follow one another', (t) => {
  fc.assert(
    fc.property(duration, (ms) => {
      const end = bucketEndMs(bucketOf(ms));
      t.true(end > ms && end <= ms * 1.125 + 1e-9, `${ms} ends at ${end}`);
      t.true(bucketOf(end) === bucketOf(ms) + 1);
    }),
  );
});

test('what is too short or too long is in the first or the last bucket', (t) => {
  for (const ms of [0, -1, 0.00001]) t.is(bucketOf(ms), 0);
  const last = bucketOf(2 ** 27 / 1000 - 1);
  for (const ms of [200_000, 1e12, Number.POSITIVE_INFINITY]) t.is(bucketOf(ms), last);
  t.is(last + 2, latencySlots - 1);
});

test('quantiles are those of the durations, at most an eighth too high', (t) => {
  fc.assert(
    fc.property(fc.array(duration, { minLength: 1, maxLength: 300 }), (durations) => {
      const sorted = [...durations].sort((a, b) => a - b);
      const exact = (q: number): number => sorted[Math.ceil(sorted.length * q) - 1]!;
      const latency = describeLatency(histogramOf(durations), 1000);
      for (const [q, found] of [
        [0.5, latency.p50Ms],
        [0.9, latency.p90Ms],
        [0.99, latency.p99Ms],
        [0.999, latency.p999Ms],
      ] as const) {
        t.true(found >= exact(q) && found <= exact(q) * 1.125 + 1e-9, `${q}: ${found}, exactly ${exact(q)}`);
      }
      t.is(latency.maxMs, sorted.at(-1)!);
      t.is(latency.measured, durations.length);
      t.is(latency.count, 1000);
      const mean = durations.reduce((sum, ms) => sum + ms, 0) / durations.length;
      t.true(Math.abs(latency.meanMs - mean) <= mean * 1e-9);
    }),
  );
});

test('two histograms add up to that of all durations; an empty one says 0', (t) => {
  const [some, more] = [
    [0.01, 5, 0.3],
    [70_000, 0.002],
  ];
  const sum = histogramOf(some!);
  addLatency(sum, histogramOf(more!));
  t.deepEqual(sum, histogramOf([...some!, ...more!]));
  t.deepEqual(describeLatency(new Float64Array(latencySlots), 0), {
    count: 0,
    measured: 0,
    meanMs: 0,
    p50Ms: 0,
    p90Ms: 0,
    p99Ms: 0,
    p999Ms: 0,
    maxMs: 0,
  });
});

test('the first ask is measured, then one in eight, in no rhythm', (t) => {
  const sampler = new LatencySampler(
    { now: () => 0, setTimer: () => () => {} },
    new Float64Array(latencySlots),
  );
  const chosen = Array.from({ length: 80_000 }, () => sampler.choose());
  t.true(chosen[0]);
  const count = chosen.filter(Boolean).length;
  t.true(count > 9_500 && count < 10_500, `${count} of 80,000`);
  // An app that asks in rounds of two to sixteen is measured at every place of the round alike.
  for (let round = 2; round <= 16; round++) {
    const places = new Array<number>(round).fill(0);
    chosen.forEach((is, at) => {
      if (is) places[at % round]!++;
    });
    const [least, most] = [Math.min(...places), Math.max(...places)];
    t.true(most < least * 1.5, `rounds of ${round}: ${places.join(' ')}`);
  }
});
