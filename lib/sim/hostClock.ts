// The clock of one host: it may begin anywhere, and go faster or slower than true time.

export class HostClock {
  private readonly offsetMs: number;
  private readonly rate: number;
  /** It is looked at several times at one time. */
  private lastMicros = 0;
  private lastMs: number;

  /** `skewMs`: how far it is ahead at the beginning; `driftPpm`: microseconds that it gains in a second of true time. */
  constructor(skewMs: number, driftPpm: number) {
    this.offsetMs = skewMs;
    this.lastMs = skewMs;
    this.rate = 1 + driftPpm / 1e6;
  }

  /** What it shows, in milliseconds, at `micros` of true time. */
  localMs(micros: number): number {
    if (micros !== this.lastMicros) {
      this.lastMicros = micros;
      this.lastMs = this.offsetMs + (micros * this.rate) / 1000;
    }
    return this.lastMs;
  }

  /** How many microseconds of true time `delayMs` by this clock are, rounded up. */
  globalMicros(delayMs: number): number {
    // A product that is a whole number but for its last bit isn't rounded up to the next.
    return Math.ceil((delayMs * 1000) / this.rate - 1e-6);
  }
}
