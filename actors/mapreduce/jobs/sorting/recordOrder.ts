// The order of records by their keys: numbers made of a key's first four bytes are sorted, ties by the bytes.

/** A number holds a prefix of 32 bits above a position of 21. */
const positionsMax = 2 ** 21;
/** So many records are put in order at a time; more are merged. */
export const sortedAtOnceMax = positionsMax;

/** The records' numbers in the order of their keys; of equal keys, those that lie first come first. */
export function orderRecords(
  bytes: Uint8Array,
  count: number,
  { recordBytes, keyBytes }: { recordBytes: number; keyBytes: number },
): Uint32Array {
  const prefixes = new Float64Array(count);
  const units = Math.min(4, keyBytes);
  const scale = 256 ** (4 - units);
  for (let record = 0, at = 0; record < count; record++, at += recordBytes) {
    let prefix = 0;
    for (let i = 0; i < units; i++) prefix = prefix * 256 + bytes[at + i]!;
    prefixes[record] = prefix * scale * positionsMax + record;
  }
  prefixes.sort();
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = prefixes[i]! % positionsMax;
  if (keyBytes > units) orderTies(bytes, order, prefixes, recordBytes, keyBytes);
  return order;
}

function orderTies(
  bytes: Uint8Array,
  order: Uint32Array,
  prefixes: Float64Array,
  recordBytes: number,
  keyBytes: number,
): void {
  const compare = (a: number, b: number): number =>
    compareKeysAt(bytes, a * recordBytes, bytes, b * recordBytes, keyBytes) || a - b;
  const { length } = order;
  let prefix = length === 0 ? 0 : Math.floor(prefixes[0]! / positionsMax);
  for (let from = 0; from < length; ) {
    let end = from + 1;
    let next = -1;
    while (end < length) {
      next = Math.floor(prefixes[end]! / positionsMax);
      if (next !== prefix) break;
      end++;
    }
    if (end - from > 1) order.subarray(from, end).sort(compare);
    from = end;
    prefix = next;
  }
}

/** Compares the keys of two records byte by byte. */
export function compareKeysAt(
  a: Uint8Array,
  atA: number,
  b: Uint8Array,
  atB: number,
  keyBytes: number,
): number {
  for (let i = 0; i < keyBytes; i++) {
    const difference = a[atA + i]! - b[atB + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A function that copies records, a word at a time where they are made of words. */
export function recordCopier(
  from: Uint8Array,
  to: Uint8Array,
  recordBytes: number,
): (source: number, target: number) => void {
  const inWords = recordBytes % 4 === 0 && from.byteOffset % 4 === 0 && to.byteOffset % 4 === 0;
  if (!inWords) return (source, target) => to.set(from.subarray(source, source + recordBytes), target);
  const words = recordBytes / 4;
  const fromWords = new Uint32Array(from.buffer, from.byteOffset, from.length >>> 2);
  const toWords = new Uint32Array(to.buffer, to.byteOffset, to.length >>> 2);
  return (source, target) => {
    let at = source >>> 2;
    let into = target >>> 2;
    for (const end = at + words; at < end; at++, into++) toWords[into] = fromWords[at]!;
  };
}
