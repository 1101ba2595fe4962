// Counts in the packed form of packedCounts.ts, in and out: entries of key length, key, count, the numbers as varints.
import { countOf, keyOf, lengthOf, nextEntry } from './entries';
import { hasLowerCaseTable, isAscii, loweredKey, lowerKey } from './lowerCase';
import { joinLong } from './medium';
import { addKey, homeOf, keyTag } from './tables';

/** A chunk being written for one partition. */
const OUT_BYTES: usize = 12;
let outs: usize = 0;
let outCount: u32 = 0;

// @ts-ignore: decorator
@inline
function outAt(index: u32): usize {
  return outs + <usize>index * OUT_BYTES;
}

/** Makes `partitions` empty chunks. */
export function openOutputs(partitions: u32): void {
  closeOutputs();
  outs = heap.alloc(<usize>partitions * OUT_BYTES);
  memory.fill(outs, 0, <usize>partitions * OUT_BYTES);
  outCount = partitions;
}

export function closeOutputs(): void {
  for (let i: u32 = 0; i < outCount; i++) {
    const bytes = load<usize>(outAt(i));
    if (bytes != 0) heap.free(bytes);
  }
  if (outs != 0) heap.free(outs);
  outs = 0;
  outCount = 0;
}

export function outputBytes(index: u32): usize {
  return load<usize>(outAt(index));
}

export function outputLength(index: u32): usize {
  return load<usize>(outAt(index), 4);
}

/** The chunk was taken. */
export function emptyOutput(index: u32): void {
  store<usize>(outAt(index), 0, 4);
}

/** Appends an entry unless the chunk then exceeds `bytesMax` and isn't empty; whether it did. */
export function writeEntry(index: u32, ref: usize, bytesMax: usize): bool {
  return writeCount(index, keyOf(ref), lengthOf(ref), countOf(ref), bytesMax);
}

// @ts-ignore: decorator
@inline
function writeCount(index: u32, key: usize, length: u32, count: u64, bytesMax: usize): bool {
  const out = outAt(index);
  const used = load<usize>(out, 4);
  const needed = used + varintBytes(length) + length + varintBytes(count);
  if (used > 0 && needed > bytesMax) return false;
  if (needed > load<usize>(out, 8)) growOutput(out, needed, bytesMax);
  const bytes = load<usize>(out);
  let at = writeVarint(bytes + used, length);
  if (length <= 16) {
    // Both key and chunk have room for sixteen bytes: quicker than asking how many there are.
    v128.store(at, v128.load(key));
  } else {
    memory.copy(at, key, length);
  }
  at = writeVarint(at + length, count);
  store<usize>(out, at - bytes, 4);
  return true;
}

/** Capacity doubles up to `bytesMax`, beyond which there is only a chunk of a single entry. */
function growOutput(out: usize, needed: usize, bytesMax: usize): void {
  const capacity = load<usize>(out, 8);
  const grown = max<usize>(needed, min<usize>(max<usize>(capacity << 1, 4096), bytesMax));
  const before = load<usize>(out);
  // A number may take ten bytes and a key is written in sixteen: room for both behind the last entry.
  const bytes = heap.alloc(grown + 32);
  if (before != 0) {
    memory.copy(bytes, before, load<usize>(out, 4));
    heap.free(before);
  }
  store<usize>(out, bytes);
  store<usize>(out, grown, 8);
}

function varintBytes(value: u64): u32 {
  return value < 128 ? 1 : (70 - <u32>clz<u64>(value)) / 7;
}

// @ts-ignore: decorator
@inline
function writeVarint(at: usize, value: u64): usize {
  let to = at;
  let rest = value;
  for (; rest >= 128; rest >>= 7) store<u8>(to++, <u8>(rest | 0x80));
  store<u8>(to, <u8>rest);
  return to + 1;
}

const PARTITION_SEED: u32 = 0x3c6ef372;

/** The same as `partitionOf` of hash.ts: a key goes to one partition, whoever counted it. */
function partitionOf(key: usize, length: u32, partitions: u32): u32 {
  let hash: u32 = (PARTITION_SEED ^ length) * 0x9e3779b1;
  let at: u32 = 0;
  for (; at + 4 <= length; at += 4) {
    hash = (hash ^ bswap<u32>(load<u32>(key + at))) * 0x85ebca6b;
    hash ^= hash >> 15;
  }
  for (; at < length; at++) {
    hash = (hash ^ load<u8>(key + at)) * 0xc2b2ae35;
    hash ^= hash >> 13;
  }
  hash *= 0x9e3779b1;
  return (hash ^ (hash >> 16)) % partitions;
}

/** Where a drain goes on; 0 at its end. */
let drainRef: usize = 0;

export function startDrain(): void {
  joinLong();
  drainRef = nextEntry(0);
}

/** What {@link drain} returns when it has to have the table of lower case. */
const WANTS_LOWER_CASE: i32 = -2;

/**
 * Writes entries to the outputs of their partitions until one of them has no room.
 *
 * @param lowers whether letters beyond ASCII become small; keys that the host must change go to output `partitions` instead
 * @returns the output that must be taken first, -1 when all entries are written, or -2 when `lowerCaseTable` must be there
 */
export function drain(partitions: u32, bytesMax: usize, lowers: bool): i32 {
  let ref = drainRef;
  while (ref != 0) {
    let key = keyOf(ref);
    let length = lengthOf(ref);
    let isHosts = false;
    if (lowers && !isAscii(key, length)) {
      if (!hasLowerCaseTable()) {
        drainRef = ref;
        return WANTS_LOWER_CASE;
      }
      const lowered = lowerKey(key, length);
      isHosts = lowered == 0;
      if (!isHosts) {
        key = loweredKey;
        length = lowered;
      }
    }
    const index = isHosts ? partitions : partitions == 1 ? 0 : partitionOf(key, length, partitions);
    if (!writeCount(index, key, length, countOf(ref), bytesMax)) {
      drainRef = ref;
      return index;
    }
    ref = nextEntry(ref);
  }
  drainRef = 0;
  return -1;
}

/** 2^53 - 1 */
const COUNT_MAX: u64 = 9007199254740991;

let varintEnd: usize = 0;

/** A well-formed varint of [at, end), from 1 up; 0 where there is none. */
// @ts-ignore: decorator
@inline
function readVarint(at: usize, end: usize): u64 {
  if (at >= end) return 0;
  const first = <u64>load<u8>(at);
  varintEnd = at + 1;
  return first < 0x80 ? first : readLongVarint(at, end);
}

function readLongVarint(at: usize, end: usize): u64 {
  let value: u64 = 0;
  let shift: u64 = 0;
  for (let from = at; from < end && shift < 56; from++, shift += 7) {
    const byte = <u64>load<u8>(from);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      varintEnd = from + 1;
      return byte == 0 || value > COUNT_MAX ? 0 : value;
    }
  }
  return 0;
}

/** The sum of the counts of a packed chunk, or -1 when it isn't well-formed. */
export function checkPacked(start: usize, end: usize): f64 {
  let sum: f64 = 0;
  for (let at = start; at < end; ) {
    const length = readVarint(at, end);
    if (length == 0 || length > <u64>(end - varintEnd)) return -1;
    const count = readVarint(varintEnd + <usize>length, end);
    if (count == 0) return -1;
    sum += <f64>count;
    at = varintEnd;
  }
  return sum;
}

/** Entries that are looked up together: each is its count, where its key is, how long that is, and its tag. */
const BATCH: u32 = 64;
const BATCH_ENTRY: usize = 24;
let batch: usize = 0;

/** Adds the counts of a packed chunk that is known to be well-formed. 16 bytes behind it are read. */
export function absorbPacked(start: usize, end: usize): void {
  // One more for what was read ahead.
  if (batch == 0) batch = heap.alloc(<usize>(BATCH + 1) * BATCH_ENTRY);
  for (let at = start; at < end; ) {
    let size: u32 = 0;
    let read: u64 = 0;
    let entry = batch;
    for (; at < end && size < BATCH; size++, entry += BATCH_ENTRY) {
      const length = <u32>readVarint(at, end);
      const key = varintEnd;
      store<u64>(entry, readVarint(key + length, end));
      at = varintEnd;
      store<u32>(entry, <u32>key, 8);
      store<u32>(entry, length, 12);
      // Read ahead, all at once, what in a large table would each be waited for.
      const tag = keyTag(key, length);
      store<u32>(entry, tag, 16);
      read ^= load<u64>(homeOf(key, length, tag));
    }
    // Kept, lest the reading be left out.
    store<u64>(entry, read);
    for (let i: u32 = 0; i < size; i++) {
      const added = batch + <usize>i * BATCH_ENTRY;
      addKey(<usize>load<u32>(added, 8), load<u32>(added, 12), load<u32>(added, 16), load<u64>(added));
    }
  }
}
