/**
 * Orders the entries of a {@link KeyTable}: a radix sort by eight bytes of the key at a time, most significant
 * first, so that no comparison function is called except in small groups.
 */

import type { KeyTable } from './keyTable.ts';

const PREFIX_BYTES = 8;
/** Groups up to this size are sorted by insertion. */
const SMALL_GROUP = 32;

/** Sorts positions by the bytes of their keys. Time is linear in the bytes it takes to tell the keys apart. */
export function sortByKey(table: KeyTable, positions: Uint32Array): void {
  const records = new RadixRecords(positions);
  // Groups whose keys are equal before `depth`, in a list instead of by recursion: keys may be megabytes long.
  const groups: number[] = [0, positions.length, 0];
  while (groups.length > 0) {
    const depth = groups.pop()!;
    const to = groups.pop()!;
    const from = groups.pop()!;
    if (to - from <= SMALL_GROUP) insertionSort(table, positions, from, to, depth);
    else sortGroup(table, records, from, to, depth, groups);
  }
}

/** Sorts a group by its next eight bytes, and adds the groups that are still equal then to `groups`. */
function sortGroup(
  table: KeyTable,
  records: RadixRecords,
  start: number,
  to: number,
  depth: number,
  groups: number[],
): void {
  const { high, low, positions } = records;
  const from = sortEndedKeys(table, positions, start, to, depth);
  for (let i = from; i < to; i++) {
    high[i] = table.wordAt(positions[i]!, depth);
    low[i] = table.wordAt(positions[i]!, depth + 4);
  }
  records.sort(from, to);
  for (let i = from; i < to; ) {
    let end = i + 1;
    while (end < to && high[end] === high[i] && low[end] === low[i]) end++;
    if (end - i > 1) groups.push(i, end, depth + PREFIX_BYTES);
    i = end;
  }
}

/**
 * Brings the keys that end before `depth` to the front of their group, and returns where the others begin. They
 * are at most eight, which differ in the number of NULs at their end, as zeros are also what pads a prefix.
 */
function sortEndedKeys(
  table: KeyTable,
  positions: Uint32Array,
  from: number,
  to: number,
  depth: number,
): number {
  let ended = from;
  for (let i = from; i < to; i++) {
    const position = positions[i]!;
    if (table.lengthAt(position) > depth) continue;
    positions[i] = positions[ended]!;
    positions[ended++] = position;
  }
  insertionSort(table, positions, from, ended, 0);
  return ended;
}

function insertionSort(
  table: KeyTable,
  positions: Uint32Array,
  from: number,
  to: number,
  depth: number,
): void {
  for (let i = from + 1; i < to; i++) {
    const position = positions[i]!;
    let hole = i;
    while (hole > from && table.compareKeys(positions[hole - 1]!, position, depth) > 0) {
      positions[hole] = positions[hole - 1]!;
      hole--;
    }
    positions[hole] = position;
  }
}

/** Sorts positions by count, the highest first; equal counts keep their order. */
export function sortByCount(table: KeyTable, positions: Uint32Array): void {
  const records = new RadixRecords(positions);
  for (let i = 0; i < positions.length; i++) {
    const rank = Number.MAX_SAFE_INTEGER - table.countAt(positions[i]!);
    records.high[i] = Math.floor(rank / 2 ** 32);
    records.low[i] = rank % 2 ** 32;
  }
  records.sort(0, positions.length);
}

/** Positions with a sort key of 64 bits each. */
class RadixRecords {
  positions: Uint32Array;
  high: Uint32Array;
  low: Uint32Array;
  #spare: [positions: Uint32Array, high: Uint32Array, low: Uint32Array];

  constructor(positions: Uint32Array) {
    const n = positions.length;
    this.positions = positions;
    this.high = new Uint32Array(n);
    this.low = new Uint32Array(n);
    this.#spare = [new Uint32Array(n), new Uint32Array(n), new Uint32Array(n)];
  }

  /** Sorts records [from, to) by (high, low), ascending and stable: a counting sort per byte, the lowest first. */
  sort(from: number, to: number): void {
    const histograms = this.#histograms(from, to);
    const own: [Uint32Array, Uint32Array, Uint32Array] = [this.positions, this.high, this.low];
    let source = own;
    let target = this.#spare;
    for (let digit = 0; digit < 8; digit++) {
      const histogram = histograms.subarray(digit * 256, digit * 256 + 256);
      if (histogram.includes(to - from)) continue;
      let offset = from;
      for (let value = 0; value < 256; value++) {
        const size = histogram[value]!;
        histogram[value] = offset;
        offset += size;
      }
      scatter(source, target, from, to, digit, histogram);
      [source, target] = [target, source];
    }
    if (source === own) return;
    for (let i = 0; i < 3; i++) own[i]!.set(source[i]!.subarray(from, to), from);
  }

  #histograms(from: number, to: number): Uint32Array {
    const histograms = new Uint32Array(8 * 256);
    const { high, low } = this;
    for (let i = from; i < to; i++) {
      for (let digit = 0; digit < 4; digit++) {
        histograms[digit * 256 + ((low[i]! >>> (8 * digit)) & 255)]!++;
        histograms[(digit + 4) * 256 + ((high[i]! >>> (8 * digit)) & 255)]!++;
      }
    }
    return histograms;
  }
}

function scatter(
  source: [Uint32Array, Uint32Array, Uint32Array],
  target: [Uint32Array, Uint32Array, Uint32Array],
  from: number,
  to: number,
  digit: number,
  offsets: Uint32Array,
): void {
  const [fromPositions, fromHigh, fromLow] = source;
  const [toPositions, toHigh, toLow] = target;
  const keys = digit < 4 ? fromLow : fromHigh;
  const shift = 8 * (digit & 3);
  for (let i = from; i < to; i++) {
    const at = offsets[(keys[i]! >>> shift) & 255]!++;
    toPositions[at] = fromPositions[i]!;
    toHigh[at] = fromHigh[i]!;
    toLow[at] = fromLow[i]!;
  }
}
