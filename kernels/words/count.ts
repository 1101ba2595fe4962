// Counts the words of a region: boundaries for a few kilobytes at a time, then the words between them. Done in turns,
// because bytes that were just stored can't be loaded across two stores without waiting.
import { endsInWord, findBoundaries, startRegion } from './boundaries';
import { addLong, countLong, prepareLong } from './long';
import { countMedium, prepareMedium } from './mediumWords';
import { addShort, loadShort, SHORT_MAX } from './short';
import { countShort, prepareShort, resetShortWords } from './shortWords';

const CHUNK: usize = 8192;

/** Words of a chunk, of two boundaries each, at the most. */
const WORDS_MAX: u32 = <u32>CHUNK / 2;
/** A word is two distances from where the chunk begins, of 16 bits each. More is written behind the last. */
const LIST_BYTES: usize = (<usize>WORDS_MAX << 2) + 32;
let list: usize = 0;
/** Words that are no known short ones; then those that aren't short. */
let others: usize = 0;

/** From so many words on that aren't short, four bytes each, the medium ones are counted apart. */
const APART_BYTES: usize = 96 << 2;

/** Words counted since the last {@link resetWords}. */
let words: u64 = 0;

export function resetWords(): void {
  words = 0;
  resetShortWords();
  if (list != 0) return;
  list = heap.alloc(LIST_BYTES);
  others = heap.alloc(LIST_BYTES);
  prepareShort(WORDS_MAX);
  prepareMedium(WORDS_MAX);
  prepareLong(WORDS_MAX);
}

export function wordCount(): f64 {
  return <f64>words;
}

/**
 * Counts the words of [start, end). The 72 bytes behind `end` must be memory of the same buffer: they may be read, and
 * ASCII letters in them become small where the bytes before do.
 */
export function countWords(start: usize, end: usize): void {
  // What lies behind the end mustn't complete a character that is cut off by it.
  const behind = load<u64>(end);
  store<u64>(end, 0x2020202020202020);
  startRegion();
  /** Where the word begins that goes on in the next chunk; 0 if none does. */
  let open: usize = 0;
  for (let at = start; at < end; at += CHUNK) {
    const last = findBoundaries(at, min<usize>(at + CHUNK, end), list);
    let first = list;
    if (open != 0 && last != first) {
      addWord(open, at + <usize>load<u16>(first));
      open = 0;
      first += 2;
    }
    const bytes = (last - first) & ~3;
    countBetween(at, first, first + bytes);
    words += bytes >> 2;
    if (last != first + bytes) open = at + <usize>load<u16>(first + bytes);
  }
  if (endsInWord()) addWord(open, end);
  store<u64>(end, behind);
}

function addWord(start: usize, end: usize): void {
  const length = <u32>(end - start);
  if (length <= SHORT_MAX) addShort(loadShort(start, length), 1);
  else addLong(start, length, 1);
  words++;
}

/** Counts the words [from, to) of the list, whose distances are from `base`. */
function countBetween(base: usize, from: usize, to: usize): void {
  let end = countShort(base, from, to, others);
  if (end - others >= APART_BYTES) end = countMedium(base, others, end);
  countLong(base, others, end);
}
