// A block being written, entry by entry: the same bytes as EntryWriter of entries.ts makes.
import { copyKey, sharedBytes, varintBytes, writeVarint } from './keys';

const NIBBLE_MAX: u32 = 15;
/** Behind what is used: keys are copied and compared in steps. */
const SLACK: usize = 64;

let bytesMax: u32 = 0;
let block: usize = 0;
let capacity: u32 = 0;
export let blockBytes: u32 = 0;
export let blockEntries: u32 = 0;
/** Sum of the counts of the block. */
export let blockWords: u64 = 0;

let lastKey: usize = 0;
let lastCapacity: u32 = 0;
let lastLength: u32 = 0;

/** Begins a sequence of blocks of at most so many bytes, unless they are a single entry. */
export function openBlocks(max: u32): void {
  bytesMax = max;
  if (capacity < max) reserve(max);
  if (lastCapacity == 0) reserveLast(256);
  emptyBlock();
}

export function blockAddress(): usize {
  return block;
}

/** The block was taken. */
export function emptyBlock(): void {
  // A giant entry isn't kept.
  if (capacity > bytesMax << 1) reserve(bytesMax);
  blockBytes = 0;
  blockEntries = 0;
  blockWords = 0;
}

function reserve(bytes: u32): void {
  const grown = heap.alloc(<usize>bytes + SLACK);
  if (block != 0) {
    memory.copy(grown, block, min<u32>(blockBytes, bytes));
    heap.free(block);
  }
  block = grown;
  capacity = bytes;
}

function reserveLast(bytes: u32): void {
  if (lastKey != 0) heap.free(lastKey);
  lastKey = heap.alloc(<usize>bytes + SLACK);
  lastCapacity = bytes;
}

/** Adds an entry whose key is above the one before; false where the block has no room for it. */
export function addEntry(key: usize, length: u32, count: u64): bool {
  const shared: u32 = blockEntries == 0 ? 0 : sharedBytes(lastKey, key, min<u32>(lastLength, length));
  const rest = length - shared;
  const isShort = shared <= NIBBLE_MAX && rest <= NIBBLE_MAX;
  const lead: u32 = isShort ? 1 : 1 + varintBytes(shared) + varintBytes(rest);
  const needed = blockBytes + lead + rest + varintBytes(count);
  if (blockEntries > 0 && needed > bytesMax) return false;
  if (needed > capacity) reserve(needed);
  let at = block + blockBytes;
  store<u8>(at++, isShort ? <u8>((shared << 4) | rest) : 0);
  if (!isShort) at = writeVarint(writeVarint(at, shared), rest);
  copyKey(at, key + shared, rest);
  at = writeVarint(at + rest, count);
  if (length > lastCapacity) reserveLast(length << 1);
  copyKey(lastKey, key, length);
  lastLength = length;
  blockBytes = <u32>(at - block);
  blockEntries++;
  blockWords += count;
  return true;
}
