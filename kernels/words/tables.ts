// Counts by key, in three tables with linear probing: keys of up to 8 and up to 16 bytes lie in the slots themselves, so
// that finding one is a single cache line; longer ones lie in an arena. A slot's address is called a ref here.
//
//     short   16 bytes   key, padded with zeros; count << 4 | length
//     medium  32 bytes   key in two halves; count << 5 | length; nothing
//     long    32 bytes   address u32, length u32; hash; count; nothing
//
// A key lies in a slot as it lies in the text, so its bytes are read where they are.

/** log2 of the fewest slots of a table. */
const CAPACITY_LOG_MIN: u32 = 10;

export const SHORT_MAX: u32 = 8;
export const MEDIUM_MAX: u32 = 16;

export const SHORT_SLOT: usize = 16;
export const MEDIUM_SLOT: usize = 32;
export const LONG_SLOT: usize = 32;

/** log2 of the most slots: half a gigabyte, since the allocator gives less than a whole one at a time. */
const SHORT_LOG_MAX: u32 = 25;
const MEDIUM_LOG_MAX: u32 = 24;

const ARENA_BYTES: usize = 1 << 20;

/** Odd. Each user has another one: keys that leave a table in hash order would crowd in one that hashes alike. */
let multiplier: u64 = 0;

export let shortSlots: usize = 0;
export let shortLog: u32 = 0;
export let shortUsed: u32 = 0;
export let mediumSlots: usize = 0;
export let mediumLog: u32 = 0;
export let mediumUsed: u32 = 0;
export let longSlots: usize = 0;
export let longLog: u32 = 0;
export let longUsed: u32 = 0;

/** Addresses of the arena's pieces, to free them. */
let pieces: usize = 0;
let pieceCount: u32 = 0;
let pieceCapacity: u32 = 0;
let arenaAt: usize = 0;
let arenaLeft: usize = 0;
let arenaBytes: u64 = 0;

/** Empties the tables, and gives their memory back. */
export function resetTables(oddMultiplier: u64): void {
  multiplier = oddMultiplier;
  if (shortSlots != 0) {
    heap.free(shortSlots);
    heap.free(mediumSlots);
    heap.free(longSlots);
    for (let i: u32 = 0; i < pieceCount; i++) heap.free(load<usize>(pieces + (<usize>i << 2)));
  }
  pieceCount = 0;
  arenaLeft = 0;
  arenaBytes = 0;
  shortLog = mediumLog = longLog = CAPACITY_LOG_MIN;
  shortUsed = mediumUsed = longUsed = 0;
  shortSlots = emptySlots(shortLog, SHORT_SLOT);
  mediumSlots = emptySlots(mediumLog, MEDIUM_SLOT);
  longSlots = emptySlots(longLog, LONG_SLOT);
}

function emptySlots(log: u32, slotBytes: usize): usize {
  const slots = heap.alloc(slotBytes << log);
  memory.fill(slots, 0, slotBytes << log);
  return slots;
}

export function distinct(): u32 {
  return shortUsed + mediumUsed + longUsed;
}

export function bytesHeld(): f64 {
  const slots = ((<u64>SHORT_SLOT) << shortLog) + ((<u64>MEDIUM_SLOT) << mediumLog) + ((<u64>LONG_SLOT) << longLog);
  return <f64>(slots + arenaBytes);
}

// @ts-ignore: decorator
@inline
export function hashShort(key: u64): u64 {
  return (key ^ (key >> 31)) * multiplier;
}

// @ts-ignore: decorator
@inline
function hashMedium(a: u64, b: u64): u64 {
  return ((a * multiplier) ^ rotl<u64>(b, 23) ^ (b >> 31)) * 0xff51afd7ed558ccd;
}

/** The bytes of a word of `length` (1 to 8) at `at`, the first lowest, and zeros. */
// @ts-ignore: decorator
@inline
export function loadShort(at: usize, length: u32): u64 {
  return load<u64>(at) & ((<u64>-1) >> <u64>(64 - (length << 3)));
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
export function addKey(at: usize, length: u32, count: u64): void {
  if (length <= SHORT_MAX) addShort(loadShort(at, length), length, count);
  else if (length <= MEDIUM_MAX) addMedium(load<u64>(at), loadShort(at + 8, length - 8), length, count);
  else addLong(at, length, count);
}

export function addShort(key: u64, length: u32, count: u64): void {
  const mask: usize = (SHORT_SLOT << shortLog) - 1;
  let offset = <usize>(hashShort(key) >> (64 - shortLog)) << 4;
  for (;;) {
    const ref = shortSlots + offset;
    const meta = load<u64>(ref, 8);
    if (meta == 0) {
      store<u64>(ref, key);
      store<u64>(ref, (count << 4) | length, 8);
      shortUsed++;
      if (isFull(shortUsed, shortLog, SHORT_LOG_MAX)) growShort();
      return;
    }
    if (load<u64>(ref) == key && (<u32>meta & 15) == length) {
      store<u64>(ref, meta + (count << 4), 8);
      return;
    }
    offset = (offset + SHORT_SLOT) & mask;
  }
}

export function addMedium(a: u64, b: u64, length: u32, count: u64): void {
  const mask: usize = (MEDIUM_SLOT << mediumLog) - 1;
  let offset = <usize>(hashMedium(a, b) >> (64 - mediumLog)) << 5;
  for (;;) {
    const ref = mediumSlots + offset;
    const meta = load<u64>(ref, 16);
    if (meta == 0) {
      store<u64>(ref, a);
      store<u64>(ref, b, 8);
      store<u64>(ref, (count << 5) | length, 16);
      mediumUsed++;
      if (isFull(mediumUsed, mediumLog, MEDIUM_LOG_MAX)) growMedium();
      return;
    }
    if (load<u64>(ref) == a && load<u64>(ref, 8) == b && (<u32>meta & 31) == length) {
      store<u64>(ref, meta + (count << 5), 16);
      return;
    }
    offset = (offset + MEDIUM_SLOT) & mask;
  }
}

export function addLong(at: usize, length: u32, count: u64): void {
  const hash = hashLong(at, length);
  const mask: usize = (LONG_SLOT << longLog) - 1;
  let offset = <usize>(hash >> (64 - longLog)) << 5;
  for (;;) {
    const ref = longSlots + offset;
    const before = load<u64>(ref, 16);
    if (before == 0) break;
    if (load<u64>(ref, 8) == hash && load<u32>(ref, 4) == length && equal(load<u32>(ref), at, length)) {
      store<u64>(ref, before + count, 16);
      return;
    }
    offset = (offset + LONG_SLOT) & mask;
  }
  // Before the slot is taken: where memory has run out, no slot must lead nowhere.
  const key = keep(at, length);
  const ref = longSlots + offset;
  store<u32>(ref, <u32>key);
  store<u32>(ref, length, 4);
  store<u64>(ref, hash, 8);
  store<u64>(ref, count, 16);
  longUsed++;
  if (isFull(longUsed, longLog, MEDIUM_LOG_MAX)) growLong();
}

function hashLong(at: usize, length: u32): u64 {
  let hash = multiplier ^ length;
  let left = length;
  let from = at;
  for (; left >= 8; left -= 8, from += 8) {
    hash = (hash ^ load<u64>(from)) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  if (left > 0) hash = (hash ^ loadShort(from, left)) * 0xff51afd7ed558ccd;
  return (hash ^ (hash >> 32)) * 0x9e3779b97f4a7c15;
}

function equal(a: usize, b: usize, length: u32): bool {
  let left = length;
  for (; left >= 8; left -= 8, a += 8, b += 8) if (load<u64>(a) != load<u64>(b)) return false;
  return left == 0 || ((load<u64>(a) ^ load<u64>(b)) << <u64>(64 - (left << 3))) == 0;
}

/** Copies a key to the arena; a word may be read eight bytes at a time there. */
function keep(at: usize, length: u32): usize {
  const needed: usize = (<usize>length + 8 + 7) & ~7;
  if (needed > arenaLeft) {
    const bytes = max<usize>(ARENA_BYTES, needed);
    const piece = heap.alloc(bytes);
    if (pieceCount == pieceCapacity) {
      pieceCapacity = max<u32>(64, pieceCapacity << 1);
      pieces = pieces == 0 ? heap.alloc(<usize>pieceCapacity << 2) : heap.realloc(pieces, <usize>pieceCapacity << 2);
    }
    store<usize>(pieces + (<usize>pieceCount << 2), piece);
    pieceCount++;
    arenaBytes += bytes;
    arenaAt = piece;
    arenaLeft = bytes;
  }
  const key = arenaAt;
  memory.copy(key, at, length);
  arenaAt += needed;
  arenaLeft -= needed;
  return key;
}

function growShort(): void {
  const log = shortLog + 1;
  const slots = emptySlots(log, SHORT_SLOT);
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

function growMedium(): void {
  const log = mediumLog + 1;
  const slots = emptySlots(log, MEDIUM_SLOT);
  const mask: usize = (MEDIUM_SLOT << log) - 1;
  const end = mediumSlots + (MEDIUM_SLOT << mediumLog);
  for (let from = mediumSlots; from < end; from += MEDIUM_SLOT) {
    if (load<u64>(from, 16) == 0) continue;
    const a = load<u64>(from);
    const b = load<u64>(from, 8);
    let offset = <usize>(hashMedium(a, b) >> (64 - log)) << 5;
    while (load<u64>(slots + offset, 16) != 0) offset = (offset + MEDIUM_SLOT) & mask;
    store<u64>(slots + offset, a);
    store<u64>(slots + offset, b, 8);
    store<u64>(slots + offset, load<u64>(from, 16), 16);
  }
  heap.free(mediumSlots);
  mediumSlots = slots;
  mediumLog = log;
}

function growLong(): void {
  const log = longLog + 1;
  const slots = emptySlots(log, LONG_SLOT);
  const mask: usize = (LONG_SLOT << log) - 1;
  const end = longSlots + (LONG_SLOT << longLog);
  for (let from = longSlots; from < end; from += LONG_SLOT) {
    if (load<u64>(from, 16) == 0) continue;
    let offset = <usize>(load<u64>(from, 8) >> (64 - log)) << 5;
    while (load<u64>(slots + offset, 16) != 0) offset = (offset + LONG_SLOT) & mask;
    v128.store(slots + offset, v128.load(from));
    store<u64>(slots + offset, load<u64>(from, 16), 16);
  }
  heap.free(longSlots);
  longSlots = slots;
  longLog = log;
}
