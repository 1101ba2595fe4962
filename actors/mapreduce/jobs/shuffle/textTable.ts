// Strings by number, for keys that were just cut out of a line. A Map has V8 work out the hash of each such string, in a
// call out of the compiled code that costs more than all the rest of a word; here the loop over its characters is compiled
// with its caller.
import type { JobKey } from './keys.ts';

const slotsMin = 1024;
const free = -1;
/** So that nobody can choose keys that all fall together. */
const seed = Math.floor(Math.random() * 2 ** 32);

/** Finds strings among keys that have numbers: where they are in a list. */
export class TextTable {
  private readonly keys: readonly JobKey[];
  private size = 0;
  private numbers = new Int32Array(slotsMin).fill(free);
  private hashes = new Int32Array(slotsMin);

  /** @param keys the keys by their numbers; those that were added must stay there */
  constructor(keys: readonly JobKey[]) {
    this.keys = keys;
  }

  /** The number of a text, or −1. */
  find(text: string): number {
    const { keys, numbers, hashes } = this;
    const mask = numbers.length - 1;
    const hash = hashOf(text);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = numbers[slot]!;
      if (number === free || (hashes[slot] === hash && keys[number] === text)) return number;
    }
  }

  /** Adds a text that isn't there yet, and whose number is `number`. */
  add(text: string, number: number): void {
    this.size++;
    if (2 * this.size > this.numbers.length) this.grow();
    this.put(hashOf(text), number);
  }

  /** Forgets all, and gives the memory back. */
  clear(): void {
    this.size = 0;
    this.numbers = new Int32Array(slotsMin).fill(free);
    this.hashes = new Int32Array(slotsMin);
  }

  private put(hash: number, number: number): void {
    const mask = this.numbers.length - 1;
    let slot = hash & mask;
    while (this.numbers[slot] !== free) slot = (slot + 1) & mask;
    this.numbers[slot] = number;
    this.hashes[slot] = hash;
  }

  private grow(): void {
    const { numbers, hashes } = this;
    this.numbers = new Int32Array(2 * numbers.length).fill(free);
    this.hashes = new Int32Array(2 * numbers.length);
    for (let slot = 0; slot < numbers.length; slot++) {
      if (numbers[slot] !== free) this.put(hashes[slot]!, numbers[slot]!);
    }
  }
}

function hashOf(text: string): number {
  let hash = seed ^ text.length;
  for (let i = 0; i < text.length; i++) {
    // The shift brings what the multiplication has moved up back to where slots are chosen.
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  return hash;
}
