/**
 * The hashes of the tables and of the partitions. Each user has a seed of its own: entries that leave one table
 * in hash order would otherwise crowd into the first slots of the next and make filling it quadratic.
 */

export const COUNTER_SEED = 0x2545f491;
export const REDUCER_SEED = 0x61c88647;
const PARTITION_SEED = 0x3c6ef372;

/** The hash of a key of up to sixteen bytes as four numbers; its high bits choose the slot. */
export function hashWords(a: number, b: number, c: number, d: number, seed: number): number {
  return mixWords(a, b, seed ^ (c === 0 ? 0 : mixWords(c, d, seed)));
}

/** {@link hashWords} of a key of up to eight bytes. */
export function mixWords(a: number, b: number, seed: number): number {
  const mixed = (Math.imul(a ^ seed, 0x9e3779b1) + b) | 0;
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
}

/** The hash of folded bytes[start, end), as a signed 32-bit number. */
export function hashBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  folded: Uint8Array,
  seed: number,
): number {
  let hash = Math.imul(seed ^ (end - start), 0x9e3779b1);
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word =
      (folded[bytes[at]!]! << 24) |
      (folded[bytes[at + 1]!]! << 16) |
      (folded[bytes[at + 2]!]! << 8) |
      folded[bytes[at + 3]!]!;
    hash = Math.imul(hash ^ word, 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) {
    hash = Math.imul(hash ^ folded[bytes[at]!]!, 0xc2b2ae35);
    hash ^= hash >>> 13;
  }
  hash = Math.imul(hash, 0x9e3779b1);
  return hash ^ (hash >>> 16);
}

/** The partition in [0, partitions) of a final key: the same on every thread, whichever table held the key. */
export function partitionOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  folded: Uint8Array,
  partitions: number,
): number {
  return partitions === 1 ? 0 : (hashBytes(bytes, start, end, folded, PARTITION_SEED) >>> 0) % partitions;
}
