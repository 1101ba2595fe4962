// Strings by number, for keys that were just cut out of a line. A Map has V8 work out the hash of each such string, in a
// call out of the compiled code that costs more than all the rest of a word; here the loop over its characters is compiled
// with its caller. Short strings lie in the table itself, so that finding one reads a single cache line of it, and no
// string.
import type { JobKey } from './keys.ts';

/** Strings of up to so many Latin-1 characters lie in the table: four in each of three words. */
const inlineUnitsMax = 12;
/** An entry: a word of its number and its kind, and three of the text; of a longer one, of its hash and length. */
const entryWords = 4;
/** A kind is the length of a text that lies in its entry, or this. */
const elsewhere = 15;
const kindBits = 4;
const free = -1;
const entriesMin = 1024;
/** So that nobody can choose keys that all fall together. */
const seed = Math.floor(Math.random() * 2 ** 31);

/** Finds strings among keys that have numbers: where they are in a list. */
export class TextTable {
  private readonly keys: readonly JobKey[];
  private size = 0;
  private entries = emptyEntries(entriesMin);
  /** Of the text that was packed last. */
  private kind = 0;
  private first = 0;
  private second = 0;
  private third = 0;

  /** @param keys the keys by their numbers, fewer than 2^27; those that were added must stay there */
  constructor(keys: readonly JobKey[]) {
    this.keys = keys;
  }

  /** The number of a text, or −1. */
  find(text: string): number {
    this.pack(text);
    const { keys, entries, kind, first, second, third } = this;
    const mask = entries.length - entryWords;
    for (let at = placeOf(first, second, third) & mask; ; at = (at + entryWords) & mask) {
      const head = entries[at]!;
      if (head === free) return -1;
      if (entries[at + 1] !== first || entries[at + 2] !== second || entries[at + 3] !== third) continue;
      if ((head & elsewhere) !== kind) continue;
      const number = head >>> kindBits;
      if (kind !== elsewhere || keys[number] === text) return number;
    }
  }

  /** Adds a text that isn't there yet, and whose number is `number`. */
  add(text: string, number: number): void {
    this.size++;
    // At three quarters: that more of it stays in a core's cache outweighs the entries that a search then passes.
    if (4 * entryWords * this.size > 3 * this.entries.length) this.grow();
    this.pack(text);
    put(this.entries, (number << kindBits) | this.kind, this.first, this.second, this.third);
  }

  /** Forgets all, and gives the memory back. */
  clear(): void {
    this.size = 0;
    this.entries = emptyEntries(entriesMin);
  }

  private pack(text: string): void {
    const { length } = text;
    let first = 0;
    let second = 0;
    let third = 0;
    let all = 0;
    if (length <= inlineUnitsMax) {
      for (let i = 0; i < length; i++) {
        const unit = text.charCodeAt(i);
        all |= unit;
        if (i < 4) first = (first << 8) | unit;
        else if (i < 8) second = (second << 8) | unit;
        else third = (third << 8) | unit;
      }
    }
    if (length > inlineUnitsMax || all > 255) {
      this.kind = elsewhere;
      this.first = hashOf(text);
      this.second = length;
      this.third = 0;
      return;
    }
    this.kind = length;
    this.first = first;
    this.second = second;
    this.third = third;
  }

  private grow(): void {
    const { entries } = this;
    this.entries = emptyEntries((2 * entries.length) / entryWords);
    for (let at = 0; at < entries.length; at += entryWords) {
      if (entries[at] === free) continue;
      put(this.entries, entries[at]!, entries[at + 1]!, entries[at + 2]!, entries[at + 3]!);
    }
  }
}

function emptyEntries(count: number): Int32Array {
  return new Int32Array(entryWords * count).fill(free);
}

function put(entries: Int32Array, head: number, first: number, second: number, third: number): void {
  const mask = entries.length - entryWords;
  let at = placeOf(first, second, third) & mask;
  while (entries[at] !== free) at = (at + entryWords) & mask;
  entries[at] = head;
  entries[at + 1] = first;
  entries[at + 2] = second;
  entries[at + 3] = third;
}

/** Where an entry of these words is looked for first: a multiple of `entryWords`, before the mask. */
function placeOf(first: number, second: number, third: number): number {
  let hash = Math.imul(first ^ seed, 0x9e37_79b1);
  // The shift brings what the multiplication has moved up back to where places are chosen.
  hash = Math.imul(hash ^ (hash >>> 15) ^ second, 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ third, 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) * entryWords;
}

function hashOf(text: string): number {
  let hash = seed ^ text.length;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  return hash;
}
