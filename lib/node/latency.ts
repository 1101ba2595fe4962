// How long asks take, as a histogram in shared memory: buckets on a log scale, like those of HdrHistogram
// (Gil Tene), eight to each power of two, from an eighth of a microsecond to two minutes.
import type { Clock } from './world.ts';

/** What the buckets count in: eighths of a microsecond. */
const unitsPerMs = 8000;
const unitsMax = 2 ** 30 - 1;
const bucketCount = 224;

const sumAt = 0;
const longestAt = 1;
const bucketsAt = 2;

/** Numbers a histogram takes: the sum in milliseconds, the longest, and the buckets. */
export const latencySlots = bucketsAt + bucketCount;

/** How long asks took from the call until they settled, whichever way: reply, error, timeout or abort. */
export interface AskLatency {
  /** Asks that have settled. */
  readonly count: number;
  /** Those of them that were measured: about one in eight. The other fields are about these; 0 without any. */
  readonly measured: number;
  readonly meanMs: number;
  /** So many per cent took at most so long; at most an eighth too high. */
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/** The bucket of a duration; everything from 134 s on is in the last. */
export function bucketOf(ms: number): number {
  const units = Math.min(ms * unitsPerMs, unitsMax) | 0;
  if (units < 8) return Math.max(units, 0);
  const exponent = 31 - Math.clz32(units);
  return (exponent - 2) * 8 + ((units >>> (exponent - 3)) & 7);
}

/** Where a bucket ends, in milliseconds. */
export function bucketEndMs(bucket: number): number {
  if (bucket < 8) return (bucket + 1) / unitsPerMs;
  const exponent = (bucket >>> 3) + 2;
  return ((9 + (bucket & 7)) * 2 ** (exponent - 3)) / unitsPerMs;
}

export function recordLatency(slots: Float64Array, ms: number): void {
  slots[sumAt]! += ms;
  if (ms > slots[longestAt]!) slots[longestAt] = ms;
  slots[bucketsAt + bucketOf(ms)]!++;
}

/** Adds one histogram to another. */
export function addLatency(sum: Float64Array, more: Float64Array): void {
  const longest = Math.max(sum[longestAt]!, more[longestAt]!);
  for (let i = 0; i < latencySlots; i++) sum[i]! += more[i]!;
  sum[longestAt] = longest;
}

/** What a histogram says; `count` is of all asks, also those that weren't measured. */
export function describeLatency(slots: Float64Array, count: number): AskLatency {
  const buckets = slots.subarray(bucketsAt);
  const measured = buckets.reduce((sum, n) => sum + n, 0);
  const maxMs = slots[longestAt]!;
  const quantile = (q: number): number => Math.min(quantileMs(buckets, Math.ceil(measured * q)), maxMs);
  return {
    count,
    measured,
    meanMs: measured === 0 ? 0 : slots[sumAt]! / measured,
    p50Ms: quantile(0.5),
    p90Ms: quantile(0.9),
    p99Ms: quantile(0.99),
    p999Ms: quantile(0.999),
    maxMs,
  };
}

/** The end of the bucket with the `rank`th shortest; 0 without any. */
function quantileMs(buckets: Float64Array, rank: number): number {
  if (rank === 0) return 0;
  let seen = 0;
  const bucket = buckets.findIndex((n) => {
    seen += n;
    return seen >= rank;
  });
  return bucketEndMs(bucket === -1 ? bucketCount - 1 : bucket);
}

/**
 * Chooses the asks that are measured: reading the clock a second time for each would cost asks several per
 * cent. The gaps are irregular, so that an app that asks in a rhythm isn't measured at the same beat each time.
 */
export class LatencySampler {
  private readonly clock: Clock;
  private readonly slots: Float64Array;
  private state = 1;
  private gap = 1;

  constructor(clock: Clock, slots: Float64Array) {
    this.clock = clock;
    this.slots = slots;
  }

  /** Whether to measure this one: the first, then each 1st to 15th after the last. */
  choose(): boolean {
    if (--this.gap > 0) return false;
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) | 0;
    this.gap = 1 + ((this.state >>> 16) % 15);
    return true;
  }

  settled(startedAt: number): void {
    recordLatency(this.slots, this.clock.now() - startedAt);
  }
}
