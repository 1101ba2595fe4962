// From a key to a slot. Everybody who has the same key and the same number of slots finds the same one, on any machine.
import { inspectBriefly } from '../protocol/briefly.ts';
import { InvalidOptionError } from '../protocol/errors.ts';

/** What messages are routed by. */
export type Key = string | number;

/**
 * The hash of a key, an integer from 0 to 2^32 - 1: FNV-1a (Fowler, Noll, Vo) over the UTF-16 code units of the text,
 * then the finalizer of MurmurHash3 (Appleby), since FNV's upper bits mix poorly for short keys. A number counts as its
 * decimal text: 7 and '7' are one key.
 *
 * @throws `InvalidOptionError` for what is neither
 */
export function hashOf(key: Key): number {
  const text = typeof key === 'string' ? key : textOf(key);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return mix(hash);
}

/** Of `undefined`, say, all messages would go to one member, and nobody would know. */
function textOf(key: Key): string {
  if (typeof key === 'number') return String(key);
  throw new InvalidOptionError(`a key must be a text or a number, not ${inspectBriefly(key)}`);
}

/** Another hash for the same key: where to look next when the first place doesn't serve. */
export function rehash(hash: number): number {
  return mix(hash + 0x9e3779b9);
}

/**
 * The slot of a hash among `count` slots: jump consistent hash (Lamping and Veach 2014). Slots are used evenly, and with
 * one slot more a key either stays where it is or moves to the new slot: 1 in `count + 1` of them does. Takes
 * logarithmic time and no memory.
 *
 * The paper's generator has 64 bits, which JavaScript has no fast numbers for; this one is SplitMix's with 32.
 *
 * @param hash an integer from 0 to 2^32 - 1
 * @param count how many slots there are, 1 to 65,536
 */
export function slotOf(hash: number, count: number): number {
  let slot = 0;
  let next = 0;
  let state = hash;
  while (next < count) {
    slot = next;
    state = (state + 0x9e3779b9) | 0;
    // (0, 1]: the share of larger slot counts that the next jump spans.
    const chance = (mix(state) + 1) / 2 ** 32;
    next = Math.floor((slot + 1) / chance);
  }
  return slot;
}

/** A bijection of 32 bits in which every bit of the input changes half of the output's. */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
