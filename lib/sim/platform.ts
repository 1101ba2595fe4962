// What codecs need of the machine, in plain JavaScript: the same bytes in Node and on a web page, so that traces agree.
import type { Platform } from '../wire/platform.ts';
import { deserialize, serialize } from './structured/structured.ts';

export const plainPlatform: Platform = {
  serialize,
  deserialize,
  writeLatin1(bytes, at, text) {
    for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  },
  readLatin1(bytes, start, end) {
    return readUnits(start, end, 1, (at) => bytes[at]!);
  },
  writeUtf16(bytes, at, text) {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      bytes[at + 2 * i] = unit;
      bytes[at + 2 * i + 1] = unit >>> 8;
    }
  },
  readUtf16(bytes, start, end) {
    return readUnits(start, end, 2, (at) => bytes[at]! | (bytes[at + 1]! << 8));
  },
};

/** More arguments than this and a call may not fit on the stack. */
const unitsPerCall = 4096;

function readUnits(start: number, end: number, step: number, unit: (at: number) => number): string {
  let text = '';
  for (let at = start; at < end; ) {
    const units: number[] = [];
    for (; at < end && units.length < unitsPerCall; at += step) units.push(unit(at));
    text += String.fromCharCode(...units);
  }
  return text;
}
