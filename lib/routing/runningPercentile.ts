// The percentile of what came last, kept up with while it comes: for limits that follow how fast actors are just now.
import { bucketEndMs, bucketOf } from '../node/latency.ts';

const bucketCount = 224;
/** So many durations are counted before the older half is forgotten. */
const halfWindow = 1000;
/** The percentile is looked up again after so many. */
const lookUpEvery = 32;

/**
 * Over the last 1,000 to 2,000 durations: a pause that all asks of a moment share is soon forgotten. At most an eighth too
 * high: it counts in the buckets of ask latencies.
 */
export class RunningPercentile {
  private readonly share: number;
  private present = new Uint32Array(bucketCount);
  private previous = new Uint32Array(bucketCount);
  private inPresent = 0;
  private inPrevious = 0;
  private sinceLookUp = 0;
  private found = 0;

  /** @param percentile above 0, below 100 */
  constructor(percentile: number) {
    this.share = percentile / 100;
  }

  /** How many durations it knows, at most 2,000. */
  get count(): number {
    return this.inPresent + this.inPrevious;
  }

  add(ms: number): void {
    this.present[bucketOf(ms)]!++;
    this.inPresent++;
    this.sinceLookUp++;
    if (this.inPresent < halfWindow) return;
    [this.previous, this.present] = [this.present, this.previous];
    this.present.fill(0);
    this.inPrevious = this.inPresent;
    this.inPresent = 0;
  }

  /** In milliseconds; 0 while nothing has been added. Up to 31 durations late. */
  get ms(): number {
    if (this.found === 0 || this.sinceLookUp >= lookUpEvery || this.count < lookUpEvery) {
      this.found = this.lookUp();
      this.sinceLookUp = 0;
    }
    return this.found;
  }

  private lookUp(): number {
    const rank = Math.ceil(this.count * this.share);
    if (rank === 0) return 0;
    let seen = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      seen += this.present[bucket]! + this.previous[bucket]!;
      if (seen >= rank) return bucketEndMs(bucket);
    }
    return bucketEndMs(bucketCount - 1);
  }
}
