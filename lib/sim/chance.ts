// Chance from a seed, in 32-bit integer arithmetic: the same numbers on every machine. The generator is sfc32 (Chris
// Doty-Humphrey's Small Fast Counter, 128 bits of state, tested in PractRand); one seed feeds as many independent
// streams as there are things to decide, so that one more decision here changes nothing there.
import { exp, ln, sqrt } from './elementary.ts';

/** A finalizer of 32 bits: each bit of the input flips half of the output's (Ettinger's constants). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return h ^ (h >>> 15);
}

/** A source of chance. The same seed and the same calls give the same numbers. */
export class Chance {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** `seed`: an integer from 0 to 2^53 − 1; `stream`: a name or number that tells its streams apart. */
  constructor(seed: number, stream: string | number = 0) {
    this.a = mix(seed % 2 ** 32);
    this.b = mix(Math.floor(seed / 2 ** 32) ^ 0x9e3779b9);
    this.c = typeof stream === 'number' ? mix(stream ^ 0x85ebca6b) : hashText(stream);
    for (let i = 0; i < 12; i++) this.next();
  }

  /** A stream of its own, which depends on the name alone and on what this one has given so far. */
  fork(stream: string | number): Chance {
    return new Chance(this.bits() + this.bits() * 2 ** 21, stream);
  }

  /** 32 bits, as an integer with a sign. */
  private next(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    this.c |= 0;
    return sum;
  }

  /** 32 bits: an integer from 0 to 2^32 − 1. */
  bits(): number {
    return this.next() >>> 0;
  }

  /** A number in [0, 1), one of 2^53. */
  random(): number {
    const high = this.next() >>> 5;
    return (high * 2 ** 26 + (this.next() >>> 6)) / 2 ** 53;
  }

  /** An integer from `min` to `max`, both included; all alike. They are at most 2^53 apart. */
  int(min: number, max: number): number {
    if (!(Number.isSafeInteger(min) && Number.isSafeInteger(max) && min <= max)) {
      throw new RangeError(`no integer is from ${min} to ${max}`);
    }
    const count = max - min + 1;
    // Without the uneven rest above the largest multiple, so that no value is likelier than another.
    const limit = 2 ** 53 - (2 ** 53 % count);
    for (;;) {
      const drawn = (this.next() >>> 5) * 2 ** 26 + (this.next() >>> 6);
      if (drawn < limit) return min + (drawn % count);
    }
  }

  /** True with this probability: 0 is never, 1 always. */
  bool(probability = 0.5): boolean {
    if (probability <= 0) return false;
    return probability >= 1 || this.random() < probability;
  }

  /** One of the items. Throws when there is none. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('there is nothing to pick from');
    return items[this.int(0, items.length - 1)] as T;
  }

  /** The items in an order of chance; the array itself stays as it is. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
    }
    return shuffled;
  }

  /** From the exponential distribution with this mean. */
  exponential(mean: number): number {
    // 1 − random is above 0, which has a logarithm.
    return -mean * ln(1 - this.random());
  }

  /** From the normal distribution, by Marsaglia's polar method. */
  normal(mean = 0, deviation = 1): number {
    for (;;) {
      const u = this.random() * 2 - 1;
      const v = this.random() * 2 - 1;
      const square = u * u + v * v;
      if (square > 0 && square < 1) return mean + deviation * u * sqrt((-2 * ln(square)) / square);
    }
  }

  /** From the log-normal distribution with this median; `sigma` is the deviation of its logarithm. */
  logNormal(median: number, sigma: number): number {
    return median * exp(this.normal(0, sigma));
  }
}

function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h ^ text.length);
}
