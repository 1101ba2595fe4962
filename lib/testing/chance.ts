// Chance that repeats: numbers that follow from a seed.

/** Numbers in [0, 1) with 32 bits each: SplitMix32, the 32-bit form of Steele, Lea and Flood's SplitMix. */
export function seededChance(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Numbers of their own for each node. */
export function chanceOfNode(seed: number, node: number): () => number {
  return seededChance(Math.imul(seed, 0x9e3779b1) ^ Math.imul(node + 1, 0x85ebca6b));
}
