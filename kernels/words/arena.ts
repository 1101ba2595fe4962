// Long keys with their counts, one behind the other in pieces of memory.
//
//     ref   count u64; length u32; key, up to the next multiple of four
//
// Behind the last ref of a piece there is a count of 0 and the address of the next piece, or 0.

const PIECE_BYTES: usize = 1 << 20;
/** What stands before a key in the arena. */
export const LONG_HEAD: usize = 12;
/** What stands behind the last ref of a piece. */
const PIECE_END: usize = 12;
/** Keys may be read so far behind their ends. */
const READ_BEHIND: usize = 16;

/** The first piece of the arena, and addresses of all, to free them. */
let pieces: usize = 0;
let pieceCount: u32 = 0;
let pieceCapacity: u32 = 0;
let end: usize = 0;
let left: usize = 0;
let held: u64 = 0;

export function resetArena(): void {
  for (let i: u32 = 0; i < pieceCount; i++) heap.free(load<usize>(pieces + (<usize>i << 2)));
  pieceCount = 0;
  end = 0;
  left = 0;
  held = 0;
}

export function arenaBytes(): u64 {
  return held;
}

/** The first ref, or 0. */
export function firstLong(): usize {
  return pieceCount == 0 ? 0 : load<usize>(pieces);
}

/** The ref behind one, or 0. */
// @ts-ignore: decorator
@inline
export function longBehind(ref: usize): usize {
  const next = ref + bytesOf(load<u32>(ref, 8));
  return load<u64>(next) != 0 ? next : <usize>load<u32>(next, 8);
}

// @ts-ignore: decorator
@inline
function bytesOf(length: u32): usize {
  return (LONG_HEAD + <usize>length + 3) & ~3;
}

/** Puts a key with its count into the arena. */
export function keep(at: usize, length: u32, count: u64): usize {
  const needed = bytesOf(length);
  if (needed > left) addPiece(needed);
  const ref = end;
  store<u64>(ref, count);
  store<u32>(ref, length, 8);
  if (length > 8 && length <= 16) {
    // Two halves that meet or overlap: quicker than asking how many bytes there are.
    store<u64>(ref, load<u64>(at), LONG_HEAD);
    store<u64>(ref + length, load<u64>(at + length - 8), LONG_HEAD - 8);
  } else {
    memory.copy(ref + LONG_HEAD, at, length);
  }
  end = ref + needed;
  left -= needed;
  store<u64>(end, 0);
  store<u32>(end, 0, 8);
  return ref;
}

/** Goes on in another piece of memory, which the end of the one before leads to. */
function addPiece(needed: usize): void {
  const bytes = max<usize>(PIECE_BYTES, needed);
  const piece = heap.alloc(bytes + PIECE_END + READ_BEHIND);
  if (pieceCount == pieceCapacity) {
    pieceCapacity = max<u32>(64, pieceCapacity << 1);
    pieces = pieces == 0 ? heap.alloc(<usize>pieceCapacity << 2) : heap.realloc(pieces, <usize>pieceCapacity << 2);
  }
  store<usize>(pieces + (<usize>pieceCount << 2), piece);
  pieceCount++;
  held += bytes;
  if (end != 0) store<u32>(end, <u32>piece, 8);
  end = piece;
  left = bytes;
}
