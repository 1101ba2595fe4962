// Sorts entries by key. They lie in one piece of memory: keys with their counts from the bottom up, a record of 16 bytes
// each from the top down, until they meet. Sorting moves only records, in place, by one byte of the keys after another.
//
//     record    eight bytes of the key as a number u64, address of the key u32, its length u32
//     key       its bytes, then the count as a varint
import { addEntry } from './block';
import { compareKeys, copyKey, prefixOf, readVarint, varintBytes, varintEnd, writeVarint } from './keys';

const RECORD: usize = 16;
const SLACK: usize = 64;
/** Groups up to this size are sorted by insertion. */
const SMALL_GROUP: u32 = 24;
/** The level behind the eight bytes of a prefix: by whether a key ends within them. */
const LENGTH_LEVEL: u32 = 8;
const GOES_ON: u32 = 9;

let memoryStart: usize = 0;
let memoryEnd: usize = 0;
let top: usize = 0;
let bottom: usize = 0;

let histogram: usize = 0;
let heads: usize = 0;

let groups: usize = 0;
let groupCount: u32 = 0;
let groupCapacity: u32 = 0;

/** Takes the memory, once. */
export function initSorter(bytes: usize): void {
  memoryStart = heap.alloc(bytes + SLACK);
  memoryEnd = memoryStart + (bytes & ~15);
  histogram = heap.alloc(256 * 4);
  heads = heap.alloc(256 * 4);
  emptySorter();
}

export function emptySorter(): void {
  bottom = memoryStart;
  top = memoryEnd;
}

export function sorterEntries(): u32 {
  return <u32>((memoryEnd - top) / RECORD);
}

const ADDED: u32 = 0;
const FULL: u32 = 1;
const REFUSED: u32 = 2;

export let addedUpTo: usize = 0;

/**
 * Adds the entries of a packed chunk (packed.ts of the words kernel), as many as there is room for; `addedUpTo` is where
 * it has stopped.
 *
 * @returns ADDED for all; FULL where the sorter must be emptied first; REFUSED for an entry that isn't well-formed, or is
 * too large for the whole sorter
 */
export function addPacked(start: usize, end: usize): u32 {
  for (let at = start; at < end; ) {
    addedUpTo = at;
    const length = readVarint(at, end);
    const key = varintEnd;
    if (length <= 0 || length > <i64>(end - key)) return REFUSED;
    const count = readVarint(key + <usize>length, end);
    if (count <= 0) return REFUSED;
    const next = varintEnd;
    const needed = <usize>length + varintBytes(count);
    // The copy may write sixteen bytes.
    if (bottom + needed + 16 + RECORD > top) return top == memoryEnd ? REFUSED : FULL;
    copyKey(bottom, key, <u32>length);
    top -= RECORD;
    store<u64>(top, prefixOf(key, <u32>length, 0));
    store<u32>(top, <u32>bottom, 8);
    store<u32>(top, <u32>length, 12);
    bottom = writeVarint(bottom + <usize>length, count);
    at = next;
  }
  addedUpTo = end;
  return ADDED;
}

// @ts-ignore: decorator
@inline
function recordAt(index: u32): usize {
  return top + <usize>index * RECORD;
}

// @ts-ignore: decorator
@inline
function keyOf(record: usize): usize {
  return <usize>load<u32>(record, 8);
}

// @ts-ignore: decorator
@inline
function lengthOf(record: usize): u32 {
  return load<u32>(record, 12);
}

function pushGroup(from: u32, to: u32, depth: u32, level: u32): void {
  if (groupCount == groupCapacity) {
    groupCapacity = max<u32>(4096, groupCapacity << 1);
    const bytes = <usize>groupCapacity << 4;
    groups = groups == 0 ? heap.alloc(bytes) : heap.realloc(groups, bytes);
  }
  const group = groups + (<usize>groupCount << 4);
  store<u32>(group, from);
  store<u32>(group, to, 4);
  store<u32>(group, depth, 8);
  store<u32>(group, level, 12);
  groupCount++;
}

let reading: u32 = 0;

/** Puts the entries in order, to be read by `writeSorted`. */
export function sortEntries(): void {
  reading = 0;
  groupCount = 0;
  if (sorterEntries() > 1) pushGroup(0, sorterEntries(), 0, 0);
  while (groupCount > 0) {
    groupCount--;
    const group = groups + (<usize>groupCount << 4);
    sortGroup(load<u32>(group), load<u32>(group, 4), load<u32>(group, 8), load<u32>(group, 12));
  }
}

/** `level`: which byte of the prefixes, all bytes before being the same; the prefixes are those at `depth`. */
function sortGroup(from: u32, to: u32, depth: u32, level: u32): void {
  if (to - from <= SMALL_GROUP) {
    insertionSort(from, to, depth);
    return;
  }
  memory.fill(histogram, 0, 256 * 4);
  for (let at = recordAt(from), end = recordAt(to); at < end; at += RECORD) {
    const counter = histogram + (<usize>digitOf(at, depth, level) << 2);
    store<u32>(counter, load<u32>(counter) + 1);
  }
  const first = digitOf(recordAt(from), depth, level);
  if (load<u32>(histogram + (<usize>first << 2)) == to - from) {
    descend(from, to, depth, level, first);
    return;
  }
  let offset = from;
  for (let digit: usize = 0; digit < 1024; digit += 4) {
    store<u32>(heads + digit, offset);
    offset += load<u32>(histogram + digit);
    // From now on the end of the digit's records.
    store<u32>(histogram + digit, offset);
  }
  permute(depth, level);
  let start = from;
  for (let digit: u32 = 0; digit < 256; digit++) {
    const end = load<u32>(histogram + (<usize>digit << 2));
    if (end - start > 1) {
      if (end - start <= SMALL_GROUP && level < LENGTH_LEVEL) insertionSort(start, end, depth);
      else descend(start, end, depth, level, digit);
    }
    start = end;
    if (end == to) break;
  }
}

/** Each record is brought to its digit's place, and the one that lay there is the next. */
function permute(depth: u32, level: u32): void {
  for (let digit: u32 = 0; digit < 256; digit++) {
    const head = heads + (<usize>digit << 2);
    const end = load<u32>(histogram + (<usize>digit << 2));
    while (load<u32>(head) < end) {
      const hole = recordAt(load<u32>(head));
      let other = digitOf(hole, depth, level);
      while (other != digit) {
        const otherHead = heads + (<usize>other << 2);
        const place = load<u32>(otherHead);
        store<u32>(otherHead, place + 1);
        const target = recordAt(place);
        const record = v128.load(target);
        v128.store(target, v128.load(hole));
        v128.store(hole, record);
        other = digitOf(hole, depth, level);
      }
      store<u32>(head, load<u32>(head) + 1);
    }
  }
}

// @ts-ignore: decorator
@inline
function digitOf(record: usize, depth: u32, level: u32): u32 {
  if (level < LENGTH_LEVEL) return <u32>(load<u64>(record) >> <u64>(56 - (level << 3))) & 255;
  // A key that ends within the prefix comes before those that go on: those have zeros where it has ended.
  const left = lengthOf(record) - depth;
  return left > 8 ? GOES_ON : left;
}

/** Goes on with records that have the same digit. */
function descend(from: u32, to: u32, depth: u32, level: u32, digit: u32): void {
  if (level < LENGTH_LEVEL) {
    pushGroup(from, to, depth, level + 1);
    return;
  }
  // Keys that end here are the same.
  if (digit != GOES_ON) return;
  for (let at = recordAt(from), end = recordAt(to); at < end; at += RECORD) {
    store<u64>(at, prefixOf(keyOf(at), lengthOf(at), depth + 8));
  }
  pushGroup(from, to, depth + 8, 0);
}

function insertionSort(from: u32, to: u32, depth: u32): void {
  for (let i = from + 1; i < to; i++) {
    const record = v128.load(recordAt(i));
    const prefix = v128.extract_lane<u64>(record, 0);
    const key = <usize>v128.extract_lane<u32>(record, 2);
    const length = v128.extract_lane<u32>(record, 3);
    let hole = recordAt(i);
    for (const first = recordAt(from); hole > first; hole -= RECORD) {
      const before = hole - RECORD;
      const prefixBefore = load<u64>(before);
      if (prefixBefore < prefix) break;
      if (prefixBefore == prefix) {
        if (compareKeys(keyOf(before), lengthOf(before), key, length, depth) <= 0) break;
      }
      v128.store(hole, v128.load(before));
    }
    v128.store(hole, record);
  }
}

/** Writes entries to the block until it is full; false when none are left. Equal keys become one entry. */
export function writeSorted(): bool {
  const end = sorterEntries();
  while (reading < end) {
    const record = recordAt(reading);
    const key = keyOf(record);
    const length = lengthOf(record);
    let count = countBehind(key, length);
    let next = reading + 1;
    for (; next < end; next++) {
      const other = recordAt(next);
      if (lengthOf(other) != length || compareKeys(key, length, keyOf(other), length, 0) != 0) break;
      count += countBehind(keyOf(other), length);
    }
    if (!addEntry(key, length, count)) return true;
    reading = next;
  }
  return false;
}

// @ts-ignore: decorator
@inline
function countBehind(key: usize, length: u32): u64 {
  return <u64>readVarint(key + length, usize.MAX_VALUE);
}
