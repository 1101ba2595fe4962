// Merges runs: each source gives its blocks one after the other, and a tree of losers finds the next key.
//
//     source    prefix of the key u64, count u64, key's address u32, its room u32, its length u32, whether ended u32,
//               block's address u32, its room u32, where to go on in it u32, its end u32
//     node      prefix of the source that lost there u64, its number u32
import { addEntry } from './block';
import { compareKeys, copyKey, prefixOf, readVarint, varintEnd, writeVarint } from './keys';

const SLACK: usize = 64;
const SOURCE: usize = 64;
const NODE: usize = 16;
const NONE: u32 = 0xffffffff;
const COUNT_MAX: u64 = 9007199254740991;

/** What `merge` answers besides the number of a source whose next block it needs. */
const FULL: i32 = -1;
const DONE: i32 = -2;
const MALFORMED: i32 = -3;
const TOO_LARGE: i32 = -4;
const CANDIDATES: i32 = -5;

/** Entries with a count above `candidateMin` are packed for whoever wants the highest. */
const CANDIDATE_BYTES: u32 = 16384;
let candidates: usize = 0;
let candidateRoom: u32 = 0;
let candidateLength: u32 = 0;
let candidateMin: u64 = 0;
let candidatePending: bool = false;

export function candidateAddress(): usize {
  return candidates;
}

export function candidateBytes(): u32 {
  return candidateLength;
}

/** The candidates were taken; from now on only higher counts are. */
export function wantAbove(count: f64): void {
  candidateMin = <u64>count;
  candidateLength = 0;
}

/** False where there is no room. */
function addCandidate(): bool {
  const needed = currentLength + 20;
  if (candidateLength > 0 && candidateLength + needed > candidateRoom) return false;
  if (needed > candidateRoom) {
    if (candidates != 0) heap.free(candidates);
    candidateRoom = max<u32>(needed, CANDIDATE_BYTES);
    candidates = heap.alloc(<usize>candidateRoom + SLACK);
  }
  let at = writeVarint(candidates + candidateLength, currentLength);
  copyKey(at, current, currentLength);
  at = writeVarint(at + currentLength, currentCount);
  candidateLength = <u32>(at - candidates);
  return true;
}

let sources: usize = 0;
let sourceCount: u32 = 0;
let tree: usize = 0;

/** The source that must move on before anything else; NONE for none. */
let moving: u32 = NONE;
/** Sources from here on haven't begun. */
let starting: u32 = 0;
export let malformedSource: u32 = 0;

let current: usize = 0;
let currentRoom: u32 = 0;
let currentLength: u32 = 0;
let currentPrefix: u64 = 0;
let currentCount: u64 = 0;

/** Bounds of the keys: from `lower` on, and below `upper` where there is one. */
let lower: usize = 0;
let lowerLength: u32 = 0;
let upper: usize = 0;
let upperLength: u32 = 0;
let upperPrefix: u64 = 0;
let hasUpper: bool = false;

// @ts-ignore: decorator
@inline
function sourceAt(index: u32): usize {
  return sources + <usize>index * SOURCE;
}

/** Begins a merge of so many sources. */
export function openMerge(count: u32): void {
  closeMerge();
  sources = heap.alloc(<usize>count * SOURCE + 16);
  memory.fill(sources, 0, <usize>count * SOURCE);
  tree = heap.alloc(<usize>max<u32>(count, 1) * NODE);
  for (let i: u32 = 0; i < max<u32>(count, 1); i++) store<u32>(tree + <usize>i * NODE, NONE, 8);
  sourceCount = count;
  moving = NONE;
  starting = 0;
  currentCount = 0;
  lowerLength = 0;
  hasUpper = false;
  candidatePending = false;
  if (current == 0) reserveCurrent(256);
}

export function closeMerge(): void {
  for (let i: u32 = 0; i < sourceCount; i++) {
    const key = load<u32>(sourceAt(i), 16);
    const block = load<u32>(sourceAt(i), 32);
    if (key != 0) heap.free(<usize>key);
    if (block != 0) heap.free(<usize>block);
  }
  if (sources != 0) heap.free(sources);
  if (tree != 0) heap.free(tree);
  sources = 0;
  tree = 0;
  sourceCount = 0;
}

/** Where the lowest key of the merge is to be put. */
export function lowerBound(length: u32): usize {
  if (lower != 0) heap.free(lower);
  lower = heap.alloc(<usize>length + SLACK);
  lowerLength = length;
  return lower;
}

/** Where the key is to be put below which the merge ends; call `upperBoundSet` then. */
export function upperBound(length: u32): usize {
  if (upper != 0) heap.free(upper);
  upper = heap.alloc(<usize>length + SLACK);
  upperLength = length;
  return upper;
}

export function upperBoundSet(): void {
  hasUpper = true;
  upperPrefix = prefixOf(upper, upperLength, 0);
}

/** Where the next block of a source is to be put. */
export function blockOf(index: u32, bytes: u32): usize {
  const source = sourceAt(index);
  if (bytes > load<u32>(source, 36)) {
    const before = load<u32>(source, 32);
    if (before != 0) heap.free(<usize>before);
    store<u32>(source, <u32>heap.alloc(<usize>bytes + SLACK), 32);
    store<u32>(source, bytes, 36);
  }
  const block = load<u32>(source, 32);
  store<u32>(source, block, 40);
  store<u32>(source, block + bytes, 44);
  // A block shares nothing with the one before.
  store<u32>(source, 0, 24);
  return <usize>block;
}

/** A source has no more blocks. */
export function endSource(index: u32): void {
  store<u32>(sourceAt(index), 1, 28);
}

function reserveCurrent(bytes: u32): void {
  if (current != 0) heap.free(current);
  current = heap.alloc(<usize>bytes + SLACK);
  currentRoom = bytes;
}

/** Merges until the block is full, a source needs its next block, or all is merged. */
export function merge(): i32 {
  while (starting < sourceCount) {
    const result = advance(starting);
    if (result != 0) return result > 0 ? <i32>starting : MALFORMED;
    climb(starting++);
  }
  if (sourceCount == 0) return DONE;
  if (candidatePending) {
    candidatePending = false;
    if (currentCount > candidateMin) addCandidate();
    currentCount = 0;
  }
  while (true) {
    if (moving != NONE) {
      const result = advance(moving);
      if (result != 0) return result > 0 ? <i32>moving : MALFORMED;
      climb(moving);
      moving = NONE;
    }
    const winner = load<u32>(tree, 8);
    const source = sourceAt(winner);
    const isEnded = load<u32>(source, 28) == 1;
    if (currentCount > 0) {
      if (!isEnded && isCurrent(source)) {
        currentCount += load<u64>(source, 8);
        moving = winner;
        continue;
      }
      if (currentCount > COUNT_MAX) return TOO_LARGE;
      if (!addEntry(current, currentLength, currentCount)) return FULL;
      if (currentCount > candidateMin && !addCandidate()) {
        // The entry is in the block: only the candidate is left to do.
        candidatePending = true;
        return CANDIDATES;
      }
      currentCount = 0;
    }
    if (isEnded) return DONE;
    const length = load<u32>(source, 24);
    if (length > currentRoom) reserveCurrent(length << 1);
    copyKey(current, <usize>load<u32>(source, 16), length);
    currentLength = length;
    currentPrefix = load<u64>(source);
    currentCount = load<u64>(source, 8);
    moving = winner;
  }
}

// @ts-ignore: decorator
@inline
function isCurrent(source: usize): bool {
  if (load<u64>(source) != currentPrefix) return false;
  const length = load<u32>(source, 24);
  if (length != currentLength) return false;
  return length <= 8 || compareKeys(<usize>load<u32>(source, 16), length, current, length, 8) == 0;
}

/** Moves a source to its next entry: 0 when it has, or has ended; 1 where it needs a block; -1 where that is none. */
function advance(index: u32): i32 {
  const source = sourceAt(index);
  for (;;) {
    if (load<u32>(source, 28) == 1) return 0;
    const at = <usize>load<u32>(source, 40);
    const end = <usize>load<u32>(source, 44);
    if (at == end) return 1;
    if (!decode(source, at, end)) {
      malformedSource = index;
      return -1;
    }
    const key = <usize>load<u32>(source, 16);
    const length = load<u32>(source, 24);
    const prefix = prefixOf(key, length, 0);
    store<u64>(source, prefix);
    if (starting <= index && lowerLength > 0 && compareKeys(key, length, lower, lowerLength, 0) < 0) continue;
    if (hasUpper && prefix >= upperPrefix && compareKeys(key, length, upper, upperLength, 0) >= 0) {
      store<u32>(source, 1, 28);
    }
    return 0;
  }
}

function decode(source: usize, start: usize, end: usize): bool {
  const lead = <u32>load<u8>(start);
  let shared = lead >> 4;
  let rest = lead & 15;
  let at = start + 1;
  if (lead == 0) {
    const first = readVarint(at, end);
    if (first < 0 || first > <i64>i32.MAX_VALUE) return false;
    const second = readVarint(varintEnd, end);
    if (second < 0 || second > <i64>i32.MAX_VALUE) return false;
    shared = <u32>first;
    rest = <u32>second;
    at = varintEnd;
  }
  if (shared > load<u32>(source, 24) || rest == 0 || <usize>rest > end - at) return false;
  const length = shared + rest;
  if (length > load<u32>(source, 20)) reserveKey(source, shared, length);
  copyKey(<usize>load<u32>(source, 16) + shared, at, rest);
  store<u32>(source, length, 24);
  const count = readVarint(at + rest, end);
  if (count <= 0) return false;
  store<u64>(source, <u64>count, 8);
  store<u32>(source, <u32>varintEnd, 40);
  return true;
}

function reserveKey(source: usize, used: u32, needed: u32): void {
  const room = max<u32>(64, needed << 1);
  const before = <usize>load<u32>(source, 16);
  const key = heap.alloc(<usize>room + SLACK);
  if (before != 0) {
    memory.copy(key, before, used);
    heap.free(before);
  }
  store<u32>(source, <u32>key, 16);
  store<u32>(source, room, 20);
}

/** A source climbs until it loses or wins all; before all have begun, until a node where none has waited. */
function climb(index: u32): void {
  let winner = index;
  let prefix = load<u64>(sourceAt(index));
  for (let node = (index + sourceCount) >> 1; node > 0; node >>= 1) {
    const place = tree + <usize>node * NODE;
    const waiting = load<u32>(place, 8);
    if (waiting == NONE) {
      store<u64>(place, prefix);
      store<u32>(place, winner, 8);
      return;
    }
    const waitingPrefix = load<u64>(place);
    if (comesBefore(waiting, waitingPrefix, winner, prefix)) {
      store<u64>(place, prefix);
      store<u32>(place, winner, 8);
      winner = waiting;
      prefix = waitingPrefix;
    }
  }
  store<u64>(tree, prefix);
  store<u32>(tree, winner, 8);
}

// @ts-ignore: decorator
@inline
function comesBefore(a: u32, prefixA: u64, b: u32, prefixB: u64): bool {
  const one = sourceAt(a);
  const two = sourceAt(b);
  const endedA = load<u32>(one, 28);
  const endedB = load<u32>(two, 28);
  if ((endedA | endedB) != 0) return endedA < endedB;
  if (prefixA != prefixB) return prefixA < prefixB;
  return compareKeys(<usize>load<u32>(one, 16), load<u32>(one, 24), <usize>load<u32>(two, 16), load<u32>(two, 24), 8) < 0;
}
