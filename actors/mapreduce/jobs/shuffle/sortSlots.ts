// Puts keys in order. For the default order of strings, numbers are sorted instead: a key's first characters, and where it is.
import type { JobKey } from './keys.ts';

/** So many characters go into a number, as long as they are Latin-1, beside the position. */
const prefixUnits = 4;
/** 2^32 × 2^21 is what a double holds exactly. */
const positionsMax = 1 << 21;
const fewEnough = 32;
const insertedMax = 24;

/** Sorts `slots` by their keys, in place or not. `isDefault`: the order is the ascending one. */
export function sortSlots(
  slots: number[],
  keys: readonly JobKey[],
  order: (a: JobKey, b: JobKey) => number,
  isDefault: boolean,
): ArrayLike<number> & Iterable<number> {
  if (isDefault && slots.length > fewEnough && slots.length <= positionsMax) {
    const prefixes = prefixesOf(slots, keys);
    if (prefixes !== undefined) return byPrefix(slots, keys, prefixes);
  }
  return slots.sort((a, b) => order(keys[a]!, keys[b]!));
}

/** For each slot its key's beginning as a number above, and its position in `slots` below. */
function prefixesOf(slots: readonly number[], keys: readonly JobKey[]): Float64Array | undefined {
  const prefixes = new Float64Array(slots.length);
  for (let position = 0; position < slots.length; position++) {
    const key = keys[slots[position]!]!;
    if (typeof key !== 'string') return undefined;
    let prefix = 0;
    for (let i = 0; i < prefixUnits; i++) {
      const unit = i < key.length ? key.charCodeAt(i) : 0;
      // Beyond Latin-1 the order of the numbers would not be that of the strings.
      if (unit > 255) return undefined;
      prefix = prefix * 256 + unit;
    }
    prefixes[position] = prefix * positionsMax + position;
  }
  return prefixes.sort();
}

/** Keys that begin alike are compared as strings. */
function byPrefix(slots: readonly number[], keys: readonly JobKey[], prefixes: Float64Array): Int32Array {
  const sorted = new Int32Array(slots.length);
  for (let i = 0; i < sorted.length; i++) sorted[i] = slots[prefixes[i]! % positionsMax]!;
  for (let from = 0; from < sorted.length; ) {
    const prefix = Math.floor(prefixes[from]! / positionsMax);
    let end = from + 1;
    while (end < sorted.length && Math.floor(prefixes[end]! / positionsMax) === prefix) end++;
    sortAlike(sorted, from, end, keys);
    from = end;
  }
  return sorted;
}

/** Sorts `slots[from, end)`: few of them by inserting, since a sort that calls a function costs more to set up. */
function sortAlike(slots: Int32Array, from: number, end: number, keys: readonly JobKey[]): void {
  if (end - from > insertedMax) {
    slots.subarray(from, end).sort((a, b) => (keys[a]! < keys[b]! ? -1 : keys[a] === keys[b] ? 0 : 1));
    return;
  }
  for (let i = from + 1; i < end; i++) {
    const slot = slots[i]!;
    const key = keys[slot]!;
    let at = i;
    for (; at > from && keys[slots[at - 1]!]! > key; at--) slots[at] = slots[at - 1]!;
    slots[at] = slot;
  }
}
