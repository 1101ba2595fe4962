// Random numbers from a seed, the same on every machine.

/** @returns {() => number} of [0, 1); xorshift by Marsaglia */
export function randomFrom(seed) {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Picks ranks 0 to `size` - 1 by Zipf's law: the rank r with a weight of 1 / (r + 2.7). */
export function zipf(random, size) {
  const shift = 2.7;
  const whole = Math.log((size + shift) / shift);
  return () => Math.min(size - 1, Math.floor(shift * Math.exp(random() * whole) - shift));
}
