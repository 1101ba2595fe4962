// Entries in the order of their counts: the highest first, then by key. Instead of another kind of run, a key of such a
// run is seven bytes that fall as the count rises, and then the word; sharing the beginning with the entry before costs
// nothing in a block.

/** Bytes before the word in a key of a run by count. */
export const RANK_BYTES = 7;

/** Writes the rank of `count`, 1 to 2^53 - 1, to the seven bytes from `at` on. */
export function writeRank(target: Uint8Array, at: number, count: number): void {
  let rank = Number.MAX_SAFE_INTEGER - count;
  for (let i = RANK_BYTES - 1; i >= 0; i--) {
    target[at + i] = rank % 256;
    rank = Math.floor(rank / 256);
  }
}
