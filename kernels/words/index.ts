// What the host calls: one instance counts words, or merges counts that others have made. Addresses are bytes into
// `memory`, which may grow in any call, so that the host's views of it end. See kernel.ts for the other side.
import { setRules } from './boundaries';
import { resetWords } from './count';
import { openOutputs, startDrain, writeEntry } from './packed';
import { forgetOrder, orderedCount, orderedRef } from './order';
import { resetTables } from './tables';

export { classTable } from './classes';
export { countWords, wordCount } from './count';
export { lowerCaseTable } from './lowerCase';
export { orderedCount, selectTop, sortEntries } from './order';
export { absorbPacked, checkPacked, closeOutputs, drain, emptyOutput, outputBytes, outputLength } from './packed';
export { shortDistinct, shortSpread } from './short';
export { bytesHeld, distinct } from './tables';

/** Makes the instance a counter of words, empty. `classes`: those that words are made of, a bit each. */
export function initCounter(tokenizer: u32, lowersCase: bool, classes: u32): void {
  setRules(tokenizer, lowersCase, classes);
  resetTables(false, 0);
  resetWords();
}

/** Makes the instance one that merges counts, empty. `shortKeys`: about so many keys of up to 8 bytes will come; 0: nobody knows. */
export function initMerger(shortKeys: u32): void {
  resetTables(true, shortKeys);
}

/** Begins to give counts away: `outputs` chunks, filled by `drain`. */
export function beginDrain(outputs: u32): void {
  openOutputs(outputs);
  startDrain();
}

let input: usize = 0;
let inputCapacity: usize = 0;

/** A buffer of at least `bytes` and room to read behind them; the first `kept` bytes are those of the one before. */
export function reserveInput(bytes: usize, kept: usize): usize {
  if (bytes <= inputCapacity) return input;
  const capacity = max<usize>(bytes, inputCapacity << 1);
  const grown = heap.alloc(capacity + 128);
  if (input != 0) {
    memory.copy(grown, input, kept);
    heap.free(input);
  }
  input = grown;
  inputCapacity = capacity;
  return input;
}

/** The size of the buffer: at least what was asked for. */
export function inputBytes(): usize {
  return inputCapacity;
}

/**
 * Writes entries in their order to output 0, from index `start` on, as many as fit `bytesMax`, but at least one.
 *
 * @returns the index to go on at: the number of entries at the end
 */
export function writePage(start: u32, bytesMax: usize): u32 {
  openOutputs(1);
  const end = orderedCount();
  let index = start;
  while (index < end && writeEntry(0, orderedRef(index), bytesMax)) index++;
  return index;
}

/** The entries are about to change: their order is none any more. */
export function unsort(): void {
  forgetOrder();
}
