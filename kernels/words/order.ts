// Entries in order: by key, by count and then key, and the highest counts alone. Sorting is by radix, so that keys are
// compared with one another only in small groups.
import { compareKeys, countOf, lengthOf, nextEntry, prefixOf } from './entries';
import { distinct } from './tables';

const PREFIX_BYTES: u32 = 8;
/** Groups up to this size are sorted by insertion. */
const SMALL_GROUP: usize = 24;

/** Records of 16 bytes: a number to sort by, then a ref. */
const RECORD: usize = 16;
let records: usize = 0;
let spare: usize = 0;
let recordCount: usize = 0;
let histograms: usize = 0;

/** Groups whose keys are equal up to a depth, in a list instead of by recursion: keys may be megabytes long. */
let groups: usize = 0;
let groupsLength: usize = 0;
let groupsCapacity: usize = 0;

/** Gives back what sorting held. */
export function forgetOrder(): void {
  if (records != 0) heap.free(records);
  records = 0;
  recordCount = 0;
}

/** How many entries are in order. */
export function orderedCount(): u32 {
  return <u32>recordCount;
}

/** The ref of an entry by its place in the order. */
export function orderedRef(index: u32): usize {
  return <usize>load<u32>(records + <usize>index * RECORD, 8);
}

/** Puts all entries in order: by key, or by count (the highest first) and then by key. */
export function sortEntries(byCount: bool): void {
  forgetOrder();
  const n = <usize>distinct();
  records = heap.alloc((n + 1) * RECORD);
  recordCount = n;
  let at = records;
  for (let ref = nextEntry(0); ref != 0; ref = nextEntry(ref), at += RECORD) store<u32>(at, <u32>ref, 8);
  sortRecords(byCount);
}

function sortRecords(byCount: bool): void {
  spare = heap.alloc((recordCount + 1) * RECORD);
  histograms = heap.alloc(8 * 256 * 4);
  sortByKey();
  if (byCount) sortByCount();
  heap.free(spare);
  heap.free(histograms);
}

// @ts-ignore: decorator
@inline
function recordAt(index: usize): usize {
  return records + index * RECORD;
}

// @ts-ignore: decorator
@inline
function refAt(index: usize): usize {
  return <usize>load<u32>(recordAt(index), 8);
}

function pushGroup(from: usize, to: usize, depth: u32): void {
  if (groupsLength == groupsCapacity) {
    groupsCapacity = max<usize>(1024, groupsCapacity << 1);
    groups = groups == 0 ? heap.alloc(groupsCapacity * 12) : heap.realloc(groups, groupsCapacity * 12);
  }
  const group = groups + groupsLength * 12;
  store<usize>(group, from);
  store<usize>(group, to, 4);
  store<u32>(group, depth, 8);
  groupsLength++;
}

function sortByKey(): void {
  pushGroup(0, recordCount, 0);
  while (groupsLength > 0) {
    groupsLength--;
    const group = groups + groupsLength * 12;
    const from = load<usize>(group);
    const to = load<usize>(group, 4);
    const depth = load<u32>(group, 8);
    if (to - from <= SMALL_GROUP) insertionSort(from, to, depth);
    else sortGroup(from, to, depth);
  }
}

/** Sorts a group by its next eight bytes, and adds the groups that are still equal then. */
function sortGroup(start: usize, to: usize, depth: u32): void {
  const from = sortEndedKeys(start, to, depth);
  for (let i = from; i < to; i++) store<u64>(recordAt(i), prefixOf(refAt(i), depth));
  radixSort(from, to);
  for (let i = from; i < to; ) {
    const prefix = load<u64>(recordAt(i));
    let end = i + 1;
    while (end < to && load<u64>(recordAt(end)) == prefix) end++;
    if (end - i > 1) pushGroup(i, end, depth + PREFIX_BYTES);
    i = end;
  }
}

/**
 * Brings the keys that end before `depth` to the front of their group, and returns where the others begin. They are at
 * most eight, which differ in the number of NULs at their end, as zeros are also what fills up a prefix.
 */
function sortEndedKeys(from: usize, to: usize, depth: u32): usize {
  if (depth == 0) return from;
  let ended = from;
  for (let i = from; i < to; i++) {
    const ref = refAt(i);
    if (lengthOf(ref) > depth) continue;
    store<u32>(recordAt(i), <u32>refAt(ended), 8);
    store<u32>(recordAt(ended), <u32>ref, 8);
    ended++;
  }
  insertionSort(from, ended, 0);
  return ended;
}

function insertionSort(from: usize, to: usize, depth: u32): void {
  for (let i = from + 1; i < to; i++) {
    const ref = refAt(i);
    let hole = i;
    while (hole > from && compareKeys(refAt(hole - 1), ref, depth) > 0) {
      store<u32>(recordAt(hole), <u32>refAt(hole - 1), 8);
      hole--;
    }
    store<u32>(recordAt(hole), <u32>ref, 8);
  }
}

/** The highest first; equal counts keep their order. */
function sortByCount(): void {
  for (let i: usize = 0; i < recordCount; i++) store<u64>(recordAt(i), ~countOf(refAt(i)));
  radixSort(0, recordCount);
}

/** Sorts records [from, to) by their number, stable: a counting sort per byte that isn't the same in all, the lowest first. */
function radixSort(from: usize, to: usize): void {
  memory.fill(histograms, 0, 8 * 256 * 4);
  const end = recordAt(to);
  for (let at = recordAt(from); at < end; at += RECORD) {
    let value = load<u64>(at);
    for (let digit: usize = 0; digit < 8 * 1024; digit += 1024, value >>= 8) {
      const counter = histograms + digit + (<usize>(value & 255) << 2);
      store<u32>(counter, load<u32>(counter) + 1);
    }
  }
  let source = recordAt(from);
  let target = spare + from * RECORD;
  const bytes = (to - from) * RECORD;
  const own = source;
  for (let digit: usize = 0; digit < 8; digit++) {
    const histogram = histograms + digit * 1024;
    const first = <usize>((load<u64>(source) >> (<u64>digit << 3)) & 255);
    if (<usize>load<u32>(histogram + (first << 2)) == to - from) continue;
    let offset: u32 = 0;
    for (let value: usize = 0; value < 1024; value += 4) {
      const size = load<u32>(histogram + value);
      store<u32>(histogram + value, offset);
      offset += size;
    }
    const shift = <u64>digit << 3;
    for (let at = source; at < source + bytes; at += RECORD) {
      const record = v128.load(at);
      const counter = histogram + (<usize>((load<u64>(at) >> shift) & 255) << 2);
      const place = load<u32>(counter);
      store<u32>(counter, place + 1);
      v128.store(target + <usize>place * RECORD, record);
    }
    const swapped = source;
    source = target;
    target = swapped;
  }
  if (source != own) memory.copy(own, source, bytes);
}

/** Puts the `n` entries of the highest counts, of equal ones those of the lower keys, in order by count and then key. */
export function selectTop(n: u32): void {
  forgetOrder();
  const size = min<u32>(n, distinct());
  records = heap.alloc((<usize>size + 1) * RECORD);
  recordCount = size;
  if (size == 0) return;
  // A heap whose root is the entry that goes first when a better one comes.
  let ref = nextEntry(0);
  for (let i: usize = 0; i < recordCount; i++, ref = nextEntry(ref)) store<u32>(recordAt(i), <u32>ref, 8);
  for (let i = <isize>(recordCount >> 1) - 1; i >= 0; i--) siftDown(<usize>i);
  let least = countOf(refAt(0));
  for (; ref != 0; ref = nextEntry(ref)) {
    if (countOf(ref) < least || !ranksBefore(ref, refAt(0))) continue;
    store<u32>(recordAt(0), <u32>ref, 8);
    siftDown(0);
    least = countOf(refAt(0));
  }
  sortRecords(true);
}

function ranksBefore(a: usize, b: usize): bool {
  const countA = countOf(a);
  const countB = countOf(b);
  return countA > countB || (countA == countB && compareKeys(a, b, 0) < 0);
}

function siftDown(start: usize): void {
  const ref = refAt(start);
  let hole = start;
  for (;;) {
    let child: usize = (hole << 1) + 1;
    if (child >= recordCount) break;
    if (child + 1 < recordCount && ranksBefore(refAt(child), refAt(child + 1))) child++;
    if (!ranksBefore(ref, refAt(child))) break;
    store<u32>(recordAt(hole), <u32>refAt(child), 8);
    hole = child;
  }
  store<u32>(recordAt(hole), <u32>ref, 8);
}
