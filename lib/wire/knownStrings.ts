// Strings of up to eight letters that a thread has read before: tags, names and keys come again and again, and to find the
// string that is there takes half as long as to make another one, which would have to be collected too. A string is kept
// when its letters come for the second time in a row in their place, so that numbers and ids that come once leave nothing
// but eight bytes behind.
import { readShort } from './shortString.ts';

const longestKnown = 8;
const places = 1024;
/** The letters seen last in each place: the first four, and the last four. */
const first = new Int32Array(places);
const last = new Int32Array(places);
/** The string of these letters once they have come twice. */
const texts = new Array<string | undefined>(places).fill(undefined);

/** The `length` Latin-1 letters at `start`, fewer than `shortString`; `view` is a view of the same bytes. */
export function readKnown(bytes: Uint8Array, view: DataView, start: number, length: number): string {
  if (length > longestKnown) return readShort(bytes, start, length);
  let low: number;
  let high = 0;
  if (length >= 4) {
    low = view.getInt32(start, true);
    high = view.getInt32(start + length - 4, true);
  } else if (length === 0) {
    return '';
  } else {
    low = bytes[start]!;
    if (length > 1) low |= (bytes[start + 1]! << 8) | (bytes[start + length - 1]! << 16);
  }
  const place = (Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> 16) & (places - 1);
  if (first[place] !== low || last[place] !== high) {
    first[place] = low;
    last[place] = high;
    if (texts[place] !== undefined) texts[place] = undefined;
    return readShort(bytes, start, length);
  }
  // The same letters may be those of a shorter or longer string with zeros, or with letters twice.
  const known = texts[place];
  if (known !== undefined && known.length === length) return known;
  const text = readShort(bytes, start, length);
  texts[place] = text;
  return text;
}
