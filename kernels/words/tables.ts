// Counts by key, in two tables with linear probing. Keys of up to 8 bytes lie in the slots themselves, so that finding one
// is a single cache line. Longer ones lie one behind the other in an arena, with their counts, and slots lead to them: a
// new key costs one line of the table, and no memory but its own. What holds a count is called a ref here.
//
//     short slot   16 bytes   key, padded with zeros; count << 4 | length
//     long slot     8 bytes   ref u32; upper half of the hash u32
//     long ref                count; length u32; key, up to the next multiple of four
//
// A key lies there as it lies in the text, so its bytes are read where they are.

/** log2 of the fewest slots of a table. */
const CAPACITY_LOG_MIN: u32 = 10;

export const SHORT_MAX: u32 = 8;

export const SHORT_SLOT: usize = 16;
const LONG_SLOT: usize = 8;

/** log2 of the most slots: half a gigabyte, since the allocator gives less than a whole one at a time. */
const SHORT_LOG_MAX: u32 = 25;
const LONG_LOG_MAX: u32 = 26;

const ARENA_BYTES: usize = 1 << 20;
/** What stands before a key in the arena. */
export const LONG_HEAD: usize = 12;
/** What stands behind the last ref of a piece: a count of 0 and the address of the next piece, or 0. */
const PIECE_END: usize = 12;
/** Keys may be read so far behind their ends. */
const READ_BEHIND: usize = 16;

/**
 * Short keys leave a table in the order of their hashes. A table that takes them all in the same order is filled from one
 * end to the other, in memory that is near: a third of the time that it takes to go to and fro. While it is too small for
 * what comes, they crowd in front: then it grows, though most of it be empty.
 */
const CROWD_SLOTS: usize = 256;
/** But not beyond so many slots for each key. */
const CROWDED_SLOTS_PER_KEY: u32 = 4096;

/** Odd. */
const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

export let shortSlots: usize = 0;
export let shortLog: u32 = 0;
let shortUsed: u32 = 0;
let longSlots: usize = 0;
export let longLog: u32 = 0;
let longUsed: u32 = 0;

/** The first piece of the arena, and addresses of all, to free them. */
let pieces: usize = 0;
let pieceCount: u32 = 0;
let pieceCapacity: u32 = 0;
let arenaAt: usize = 0;
let arenaLeft: usize = 0;
let arenaBytes: u64 = 0;

/** Empties the tables, and gives their memory back. */
export function resetTables(): void {
  if (shortSlots != 0) {
    heap.free(shortSlots);
    heap.free(longSlots);
    for (let i: u32 = 0; i < pieceCount; i++) heap.free(load<usize>(pieces + (<usize>i << 2)));
  }
  pieceCount = 0;
  arenaAt = 0;
  arenaLeft = 0;
  arenaBytes = 0;
  shortLog = longLog = CAPACITY_LOG_MIN;
  shortUsed = longUsed = 0;
  shortSlots = emptySlots(SHORT_SLOT << shortLog);
  longSlots = emptySlots(LONG_SLOT << longLog);
}

function emptySlots(bytes: usize): usize {
  const slots = heap.alloc(bytes);
  memory.fill(slots, 0, bytes);
  return slots;
}

export function distinct(): u32 {
  return shortUsed + longUsed;
}

export function bytesHeld(): f64 {
  const slots = ((<u64>SHORT_SLOT) << shortLog) + ((<u64>LONG_SLOT) << longLog);
  return <f64>(slots + arenaBytes);
}

/** The first long ref, or 0. */
export function firstLong(): usize {
  return longUsed == 0 ? 0 : load<usize>(pieces);
}

/** The long ref behind one, or 0. */
// @ts-ignore: decorator
@inline
export function longBehind(ref: usize): usize {
  const next = ref + longBytes(load<u32>(ref, 8));
  return load<u64>(next) != 0 ? next : <usize>load<u32>(next, 8);
}

// @ts-ignore: decorator
@inline
function longBytes(length: u32): usize {
  return (LONG_HEAD + <usize>length + 3) & ~3;
}

// @ts-ignore: decorator
@inline
export function hashShort(key: u64): u64 {
  return (key ^ (key >> 31)) * MULTIPLIER;
}

/** Of a key of more than eight bytes. The last eight are taken whole, whatever of them was taken before. */
// @ts-ignore: decorator
@inline
function hashLong(at: usize, length: u32): u64 {
  const last = at + length - 8;
  let hash = load<u64>(at) * MULTIPLIER;
  for (let from = at + 8; from < last; from += 8) {
    hash = ((hash ^ (hash >> 32)) + load<u64>(from)) * 0xff51afd7ed558ccd;
  }
  hash = (hash ^ (hash >> 29) ^ length) + load<u64>(last);
  hash = (hash ^ (hash >> 32)) * 0xd6e8feb86659fd93;
  return hash ^ (hash >> 32);
}

/** The bytes of a word of `length` (1 to 8) at `at`, the first lowest, and zeros. */
// @ts-ignore: decorator
@inline
export function loadShort(at: usize, length: u32): u64 {
  return load<u64>(at) & ((<u64>-1) >> <u64>(64 - (length << 3)));
}

/** The slot where a key is looked for first. */
// @ts-ignore: decorator
@inline
export function homeOf(at: usize, length: u32): usize {
  return length <= SHORT_MAX
    ? shortSlots + (<usize>(hashShort(loadShort(at, length)) >> (64 - shortLog)) << 4)
    : longSlots + (<usize>(hashLong(at, length) >> (64 - longLog)) << 3);
}

/**
 * A table grows when five eighths of it are taken, a compromise between slots to probe and memory that stays in a
 * core's cache; the largest only when it must, since that growth fails.
 */
function isFull(used: u32, log: u32, logMax: u32): bool {
  const slots: u32 = 1 << log;
  return used > (log < logMax ? (slots >> 1) + (slots >> 3) : slots - (slots >> 3));
}

/** Adds `count` to the key of `length` bytes, at least 1, at `at`; up to seven bytes behind it are read. */
// @ts-ignore: decorator
@inline
export function addKey(at: usize, length: u32, count: u64): void {
  if (length <= SHORT_MAX) addShort(loadShort(at, length), length, count);
  else addLong(at, length, count);
}

export function addShort(key: u64, length: u32, count: u64): void {
  const mask: usize = (SHORT_SLOT << shortLog) - 1;
  const home = <usize>(hashShort(key) >> (64 - shortLog)) << 4;
  let offset = home;
  for (;;) {
    const ref = shortSlots + offset;
    const meta = load<u64>(ref, 8);
    if (meta == 0) {
      store<u64>(ref, key);
      store<u64>(ref, (count << 4) | length, 8);
      shortUsed++;
      if (isFull(shortUsed, shortLog, SHORT_LOG_MAX) || isCrowded((offset - home) & mask)) growShort();
      return;
    }
    if (load<u64>(ref) == key && (<u32>meta & 15) == length) {
      store<u64>(ref, meta + (count << 4), 8);
      return;
    }
    offset = (offset + SHORT_SLOT) & mask;
  }
}

/** Whether the table must grow because of a key that was put so many bytes behind its own slot. */
function isCrowded(distance: usize): bool {
  return (
    distance > CROWD_SLOTS * SHORT_SLOT &&
    shortLog < SHORT_LOG_MAX &&
    (<u64>1) << shortLog < <u64>shortUsed * CROWDED_SLOTS_PER_KEY
  );
}

export function addLong(at: usize, length: u32, count: u64): void {
  const hash = hashLong(at, length);
  const mask: usize = (LONG_SLOT << longLog) - 1;
  let offset = <usize>(hash >> (64 - longLog)) << 3;
  for (;;) {
    const slot = load<u64>(longSlots + offset);
    if (slot == 0) break;
    if (((slot ^ hash) >> 32) == 0) {
      const ref = <usize>(<u32>slot);
      if (load<u32>(ref, 8) == length && equal(ref + LONG_HEAD, at, length)) {
        store<u64>(ref, load<u64>(ref) + count);
        return;
      }
    }
    offset = (offset + LONG_SLOT) & mask;
  }
  // Before the slot is taken: where memory has run out, no slot must lead nowhere.
  const ref = keep(at, length, count);
  store<u64>(longSlots + offset, (hash & 0xffffffff00000000) | ref);
  longUsed++;
  if (isFull(longUsed, longLog, LONG_LOG_MAX)) growLong();
}

/** Whether two keys of more than eight bytes are equal. */
// @ts-ignore: decorator
@inline
function equal(a: usize, b: usize, length: u32): bool {
  const last: usize = <usize>length - 8;
  for (let i: usize = 0; i < last; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
  return load<u64>(a + last) == load<u64>(b + last);
}

/** Puts a key with its count into the arena. */
function keep(at: usize, length: u32, count: u64): usize {
  const needed = longBytes(length);
  if (needed > arenaLeft) addPiece(needed);
  const ref = arenaAt;
  store<u64>(ref, count);
  store<u32>(ref, length, 8);
  if (length <= 16) {
    // Two halves that meet or overlap: quicker than asking how many bytes there are.
    store<u64>(ref, load<u64>(at), LONG_HEAD);
    store<u64>(ref + length, load<u64>(at + length - 8), LONG_HEAD - 8);
  } else {
    memory.copy(ref + LONG_HEAD, at, length);
  }
  arenaAt = ref + needed;
  arenaLeft -= needed;
  store<u64>(arenaAt, 0);
  store<u32>(arenaAt, 0, 8);
  return ref;
}

/** Goes on in another piece of memory, which the end of the one before leads to. */
function addPiece(needed: usize): void {
  const bytes = max<usize>(ARENA_BYTES, needed);
  const piece = heap.alloc(bytes + PIECE_END + READ_BEHIND);
  if (pieceCount == pieceCapacity) {
    pieceCapacity = max<u32>(64, pieceCapacity << 1);
    pieces = pieces == 0 ? heap.alloc(<usize>pieceCapacity << 2) : heap.realloc(pieces, <usize>pieceCapacity << 2);
  }
  store<usize>(pieces + (<usize>pieceCount << 2), piece);
  pieceCount++;
  arenaBytes += bytes;
  if (arenaAt != 0) store<u32>(arenaAt, <u32>piece, 8);
  arenaAt = piece;
  arenaLeft = bytes;
}

function growShort(): void {
  const log = shortLog + 1;
  const slots = emptySlots(SHORT_SLOT << log);
  const mask: usize = (SHORT_SLOT << log) - 1;
  const end = shortSlots + (SHORT_SLOT << shortLog);
  for (let from = shortSlots; from < end; from += SHORT_SLOT) {
    const meta = load<u64>(from, 8);
    if (meta == 0) continue;
    const key = load<u64>(from);
    let offset = <usize>(hashShort(key) >> (64 - log)) << 4;
    while (load<u64>(slots + offset, 8) != 0) offset = (offset + SHORT_SLOT) & mask;
    store<u64>(slots + offset, key);
    store<u64>(slots + offset, meta, 8);
  }
  heap.free(shortSlots);
  shortSlots = slots;
  shortLog = log;
}

function growLong(): void {
  const log = longLog + 1;
  const slots = emptySlots(LONG_SLOT << log);
  const mask: usize = (LONG_SLOT << log) - 1;
  const end = longSlots + (LONG_SLOT << longLog);
  for (let from = longSlots; from < end; from += LONG_SLOT) {
    const slot = load<u64>(from);
    if (slot == 0) continue;
    let offset = <usize>(slot >> (64 - log)) << 3;
    while (load<u64>(slots + offset) != 0) offset = (offset + LONG_SLOT) & mask;
    store<u64>(slots + offset, slot);
  }
  heap.free(longSlots);
  longSlots = slots;
  longLog = log;
}
